"""One text from several wordings of the same, such as transcripts: a vote on each word.

Every text is aligned with a backbone, word by word, by the least number of words that are put in, left out or
replaced. Each word of the backbone, and each gap between two, is then decided by the majority; the backbone
wins ties. Source: Fiscus, "A post-processing system to yield reduced word error rates: ROVER", ASRU 1997.
"""

from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

from shoal_qa.domain.agreement.distances import equal_ends

Words = Sequence[str]
T = TypeVar("T")


def vote_words(texts: Sequence[Words], backbone: int) -> list[str]:
    """Return the words of the vote. backbone: the number of the text to align the others with."""
    spine = texts[backbone]
    words = [Counter({word: 1}) for word in spine]
    gaps: list[Counter[tuple[str, ...]]] = [Counter({(): 1}) for _ in range(len(spine) + 1)]
    for number, text in enumerate(texts):
        if number != backbone:
            _count_text(text, spine, words, gaps)
    start = _most_frequent(gaps[0])
    out = list(start)
    for word, gap in zip(words, gaps[1:], strict=True):
        best, more = _most_frequent(word), _most_frequent(gap)
        out += [best, *more] if best else more
    return out


def _count_text(
    text: Words, spine: Words, words: list[Counter[str]], gaps: list[Counter[tuple[str, ...]]]
) -> None:
    """Count the words of a text at their places; "" counts for a word that it leaves out."""
    between: list[list[str]] = [[] for _ in gaps]
    for slot, word in _align_words(text, spine):
        if slot % 2:
            words[slot // 2][word] += 1
        else:
            between[slot // 2].append(word)
    for gap, inserted in zip(gaps, between, strict=True):
        gap[tuple(inserted)] += 1


def _most_frequent(counts: Counter[T]) -> T:
    """Return the most frequent value, the first among equals: the backbone's."""
    return max(counts, key=lambda value: counts[value])


def _align_words(text: Words, spine: Words) -> list[tuple[int, str]]:
    """Return the words with their places: 2 i + 1 for word i of the spine, 2 i for the gap before it."""
    start, end = equal_ends(text, spine)
    middle = _align_middle(text[start : len(text) - end], spine[start : len(spine) - end])
    first = [(2 * index + 1, word) for index, word in enumerate(spine[:start])]
    last = [(2 * index + 1, spine[index]) for index in range(len(spine) - end, len(spine))]
    return [*first, *((slot + 2 * start, word) for slot, word in middle), *last]


def _align_middle(text: Words, spine: Words) -> list[tuple[int, str]]:
    cost = _edit_costs(text, spine)
    row, column, out = len(text), len(spine), []
    while row or column:
        here = cost[row][column]
        same = row and column and text[row - 1] == spine[column - 1]
        if row and column and here == cost[row - 1][column - 1] + (not same):
            row, column = row - 1, column - 1
            out.append((2 * column + 1, text[row]))
        elif column and here == cost[row][column - 1] + 1:
            column -= 1
            out.append((2 * column + 1, ""))
        else:
            row -= 1
            out.append((2 * column, text[row]))
    return out[::-1]


def _edit_costs(text: Words, spine: Words) -> list[list[int]]:
    cost = [list(range(len(spine) + 1))]
    for word in text:
        above, row = cost[-1], [cost[-1][0] + 1]
        for column, other in enumerate(spine):
            row.append(min(above[column] + (word != other), above[column + 1] + 1, row[column] + 1))
        cost.append(row)
    return cost
