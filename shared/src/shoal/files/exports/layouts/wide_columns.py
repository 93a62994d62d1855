"""Which columns of a wide table are annotators: those that share values and agree more than by chance."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from shoal.files.columns import EMPTY, Coded, Floats
from shoal.files.errors import BadContent
from shoal.files.exports.fields import TASK, VoteFields
from shoal.files.exports.rows import few_names
from shoal.files.spelling import spelling_key

OPTION = "name the annotators with --annotator-columns"
TASKS = (
    TASK,
    "id",
    "task_id",
    "item",
    "item_id",
    "example",
    "example_id",
    "sample",
    "sample_id",
    "row",
    "index",
)
ANSWERS = (  # columns of answers that are no annotator's
    *("gold", "gold_label", "truth", "true", "true_label", "ground_truth", "groundtruth", "label", "target"),
    *("final", "final_label", "consensus", "majority", "majority_vote", "majority_label", "adjudicated"),
    *("y", "y_true", "y_pred", "pred", "predicted", "prediction", "model"),
)
# Parts of names of columns that hold somebody's last word, a model's answer, or a property of the task.
_LAST_WORDS = (
    *("gold", "truth", "groundtruth", "final", "consensus", "majority", "adjudicated", "resolved", "correct"),
    *("target", "reference", "model", "pred", "predicted", "prediction", "baseline", "bot", "llm", "auto"),
)
_PROPERTIES = (
    *("is", "has", "was", "are", "contains", "num", "count", "length", "len", "words", "chars", "tokens"),
    *("flag", "train", "test", "split", "fold", "subset", "reviewed", "checked", "verified", "valid"),
    *("confidence", "difficulty", "year", "age", "size", "duration", "batch", "lang", "source", "weight"),
)
_NO_ANNOTATOR = frozenset([*_LAST_WORDS, *_PROPERTIES])
_FLAGS = frozenset(["true", "false", "yes", "no", "y", "n", "t", "f", "on", "off"])
MOST_VALUES = 50  # classes of a table whose columns are guessed
SHARED = 0.5  # share of common values among all values of two annotators
FEWEST_ROWS = 5  # rows that two annotators of numbers have in common
AGREEMENT = 0.1  # Cohen's kappa of numbers, below which, or below half the best, a column is in doubt


def task_column(columns: Mapping[str, Coded], fields: VoteFields) -> str | None:
    """Return the column that names the task of each row, None without one. Raises BadContent."""
    if fields.task is not None:
        if fields.task not in columns:
            return None
        if not _is_unique(columns[fields.task]):
            if fields.annotators:
                raise BadContent(
                    f": {fields.task} names a task twice or not at all: give one row for each task"
                )
            return None
        return fields.task
    unique = [name for name, column in columns.items() if _is_unique(column)]
    usual = [name for name in unique if name.lower() in TASKS]
    first = next(iter(columns), None)
    return next(iter(usual), first if first in unique else None)


def annotator_columns(columns: Mapping[str, Coded]) -> list[str]:
    """Return the columns of annotators, none if no two columns share values. Raises BadContent in doubt."""
    values = {
        name: frozenset(map(spelling_key, column.names))
        for name, column in columns.items()
        if name.lower() not in ANSWERS and 0 < len(column.names) <= MOST_VALUES
    }
    groups = [_without_properties(group) for group in _groups_of(values)]
    groups = [group for group in groups if _do_agree(group, columns)]
    if not groups:
        return []
    if len(groups) > 1:
        lists = " and ".join(few_names(group, 4) for group in groups[:3])
        raise BadContent(f" may hold several questions, in the columns {lists}: {OPTION}")
    if are_measures(groups[0], columns):
        _check_measures(groups[0], columns)
    return groups[0]


def are_measures(group: Sequence[str], columns: Mapping[str, Coded]) -> bool:
    """Return whether columns hold numbers, or yes and no, as properties of tasks do as well."""
    return _are_numbers(group, columns) or all(
        text.lower() in _FLAGS for name in group for text in columns[name].names
    )


def have_one_pattern(names: Sequence[str]) -> bool:
    """Return whether names differ in a number or last letter only, such as annotator_1 and annotator_2."""
    return len({_pattern_of(name) for name in names}) == 1


def _without_properties(group: Sequence[str]) -> list[str]:
    """Return the columns without those whose names say that they are no annotator.

    A part of the names that most columns share, such as "is" in is_toxic_ann and is_toxic_bob, says nothing.
    Raises BadContent if one column is left.
    """
    parts = {name: _parts_of(name) & _NO_ANNOTATOR for name in group}
    usual = {
        part
        for part in set().union(*parts.values())
        if sum(part in p for p in parts.values()) > len(group) / 2
    }
    rest = [name for name in group if parts[name] <= usual]
    if len(rest) == 1:
        others = few_names([name for name in group if name not in rest])
        raise BadContent(f" may have one annotator, {rest[0]}, beside {others}: {OPTION}")
    return rest


def _parts_of(name: str) -> set[str]:
    """Return the words of a name such as is_long, isLong or "is long"."""
    return set(re.split(r"[^a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()))


def _groups_of(values: Mapping[str, frozenset[str]]) -> list[list[str]]:
    """Return the groups of columns that share their values; one with a part of them joins the group."""
    groups = {name: [name] for name in values}
    for one, other in combinations(values, 2):
        common = len(values[one] & values[other])
        if groups[one] is not groups[other] and common >= SHARED * len(values[one] | values[other]):
            groups[one] += groups[other]
            for name in groups[other]:
                groups[name] = groups[one]
    for name in values:
        homes = [
            group
            for group in {id(group): group for group in groups.values()}.values()
            if group is not groups[name]
            and values[name] <= frozenset[str]().union(*(values[other] for other in group))
            and (len(group) > 1 or not all(map(_is_number, values[name])))
        ]
        if len(groups[name]) == 1 and len(homes) == 1:
            homes[0].append(name)
            groups[name] = homes[0]
    order = list(values)
    unique = {id(group): sorted(group, key=order.index) for group in groups.values()}
    return [group for group in unique.values() if len(group) > 1]


def _are_numbers(group: Sequence[str], columns: Mapping[str, Coded]) -> bool:
    return all(_is_number(text) for name in group for text in columns[name].names)


def _do_agree(group: Sequence[str], columns: Mapping[str, Coded]) -> bool:
    """Return whether columns can be annotators: numbers agree by more than chance, words now and then."""
    if len(group) < 2:
        return False
    if _are_numbers(group, columns):
        return max(_agreements_of(group, columns).values()) >= AGREEMENT
    words = [np.array([*columns[name].names, ""])[columns[name].code] for name in group]
    both = [(one != "") & (other != "") for one, other in combinations(words, 2)]
    equal = any(((one == other) & (one != "")).any() for one, other in combinations(words, 2))
    return equal or sum(int(rows.sum()) for rows in both) < FEWEST_ROWS


def _check_measures(group: Sequence[str], columns: Mapping[str, Coded]) -> None:
    """Raise BadContent for columns of numbers that may be counts, flags or other properties of the task."""
    numbers = np.stack(list(_values_of(group, columns).values()), axis=1)
    sums = numbers.sum(axis=1)
    if len(sums) > 1 and np.isfinite(sums).all() and (sums == sums[0]).all() and len(np.unique(numbers)) > 1:
        raise BadContent(f" may hold counts, or 0 and 1 for each class ({few_names(group)}): {OPTION}")
    agreement = _agreements_of(group, columns)
    least = max(AGREEMENT, max(agreement.values()) / 2)
    doubtful = [name for name in group if max(k for pair, k in agreement.items() if name in pair) < least]
    if have_one_pattern(group) or max(agreement.values()) == 0:  # the latter for few rows
        return
    patterns = Counter(map(_pattern_of, group))
    usual, count = patterns.most_common(1)[0]
    if count > max(1, len(group) / 2):
        doubtful += [name for name in group if _pattern_of(name) != usual and name not in doubtful]
    if doubtful:
        raise BadContent(f": {few_names(doubtful)} may be an annotator or a property of the task: {OPTION}")


def _agreements_of(group: Sequence[str], columns: Mapping[str, Coded]) -> dict[tuple[str, str], float]:
    values = _values_of(group, columns)
    return {(one, other): _kappa_of(values[one], values[other]) for one, other in combinations(group, 2)}


def _kappa_of(one: Floats, other: Floats) -> float:
    """Return Cohen's kappa (Educational and Psychological Measurement, 1960), 0 for too few common rows."""
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < FEWEST_ROWS:
        return 0.0
    one, other = one[both], other[both]
    chance = sum(float((one == value).mean() * (other == value).mean()) for value in np.unique(one))
    return 1.0 if chance == 1 else (float((one == other).mean()) - chance) / (1 - chance)


def _values_of(group: Sequence[str], columns: Mapping[str, Coded]) -> dict[str, Floats]:
    """Return the numbers of each column, or of words their number among all; NaN for empty cells."""
    texts = sorted({text for name in group for text in columns[name].names})
    number = {text: float(text) if _is_number(text) else float(index) for index, text in enumerate(texts)}
    return {
        name: np.array([*(number[text] for text in columns[name].names), np.nan])[columns[name].code]
        for name in group
    }


def _is_unique(column: Coded) -> bool:
    return len(column.names) == len(column.code) and EMPTY not in column.code


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", text) is not None


def _pattern_of(name: str) -> str:
    """Return a column's name without its number or last letter: "annotator_1" -> "annotator_"."""
    return re.sub(r"\d+$|(?<=[_ -])[a-zA-Z]$", "", name)
