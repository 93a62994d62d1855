"""Warnings about annotators whose boxes or spans mean something else than those of others."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice

import numpy as np

from shoal_qa.domain.shapes.readings import GOOD, POOR, Pair, better_reading, fit_of, usual_shift
from shoal_qa.domain.votes.arrays import Floats, NamedVotes
from shoal_qa.usecases.answers.kinds import OBJECT_KINDS
from shoal_qa.usecases.files.texts.region_texts import Region, parse_regions

MOST_ANSWERS = 5_000  # that are compared
MOST_OTHERS, MOST_BOXES = 20, 200  # of a task: people to compare with, boxes of each side
MOST_WARNINGS = 3
_BOXES = "write [left, top, right, bottom]"
_MEANINGS: Mapping[str, Mapping[str, str]] = {
    "boxes": {
        "sizes": f"as [left, top, width, height]: {_BOXES}",
        "centres": f"as [centre x, centre y, width, height]: {_BOXES}",
        "turned": f"as [top, left, bottom, right]: {_BOXES}",
        "in another unit": "in another unit: use pixels, percent or shares of the image in all answers",
    },
    "polygons": {
        "turned": "as [y, x]: write [x, y]",
        "in another unit": "in another unit: use pixels, percent or shares of the image in all answers",
    },
    "spans": {
        "sizes": "as [start, length]: write [start, end]",
        "in another unit": "in another unit: count characters from 0, or seconds, in all answers",
    },
}
Answer = tuple[str, str, str]  # task, annotator and text


def warn_of_regions(
    shape: str,
    named: NamedVotes,
    warn: Callable[[str], None],
    *,
    others: Mapping[str, Mapping[str, str]] | None = None,
) -> None:
    """Warn of annotators whose regions fit those of others if their numbers are read otherwise.

    others: texts by task of further files, by their role, such as "gold".
    """
    if shape not in OBJECT_KINDS:
        return
    _warn_of_answers(shape, [*_some_texts(others or {}), *_some_votes(named)], warn)


def warn_of_texts(shape: str, texts: Mapping[str, Mapping[str, str]], warn: Callable[[str], None]) -> None:
    """Warn as `warn_of_regions` does of whole files. texts: by task, by the file's role."""
    if shape in OBJECT_KINDS:
        _warn_of_answers(shape, _some_texts(texts), warn)


def _warn_of_answers(shape: str, answers: Iterable[Answer], warn: Callable[[str], None]) -> None:
    pairs = _pairs_of(shape, answers)
    fits = {who: fit for who in pairs if (fit := fit_of(pairs[who])) is not None}
    usual = float(np.median(list(fits.values()))) if len(fits) > 2 else 0.0
    warnings = [
        text for who in pairs if (text := _describe_misreading(shape, who, pairs[who], usual)) is not None
    ]
    for text in warnings[: MOST_WARNINGS if len(fits) > 2 else 1]:  # of two people, either may be meant
        warn(text)


def _describe_misreading(shape: str, who: str, pairs: Sequence[Pair], usual: float) -> str | None:
    """Return a warning about one annotator, None without a reason. usual: how well people fit each other."""
    reading = better_reading(pairs)
    if reading is not None and reading.name in _MEANINGS[shape]:
        return (
            f"{shape} of {who!r} overlap those of others by {reading.before:.2f}, and by {reading.fit:.2f} if read "
            f"{_MEANINGS[shape][reading.name]}"
        )
    fit = fit_of(pairs)
    if fit is not None and fit < POOR and usual >= GOOD:
        about = "texts, counted in Unicode characters" if shape == "spans" else "images"
        return (
            f"{shape} of {who!r} overlap those of others by {fit:.2f}, where {usual:.2f} is usual: check that they are "
            f"in the same unit, and about the same {about}"
        )
    shift = usual_shift(pairs) if shape == "spans" else None
    if shift is None:
        return None
    return (
        f"spans of {who!r} start {shift[0]:+g} and end {shift[1]:+g} from those of others as a rule: count Unicode "
        "characters from 0, neither bytes nor UTF-16 units, and end after the last one"
    )


def _some_texts(texts: Mapping[str, Mapping[str, str]]) -> list[Answer]:
    return [
        (task, who, text) for who, some in texts.items() for task, text in islice(some.items(), MOST_ANSWERS)
    ]


def _some_votes(named: NamedVotes) -> list[Answer]:
    """Return the votes on the first tasks that several people answered, at most MOST_ANSWERS."""
    votes = named.votes
    rows = np.flatnonzero(votes.votes_per_task()[votes.task] > 1)[:MOST_ANSWERS]
    return [
        (named.tasks[task], named.annotators[who], named.classes[label])
        for task, who, label in zip(votes.task[rows], votes.annotator[rows], votes.label[rows], strict=True)
    ]


def _pairs_of(shape: str, answers: Iterable[Answer]) -> dict[str, list[Pair]]:
    """Return the boxes of each annotator and those of others, task by task."""
    by_task: defaultdict[str, list[tuple[str, Floats]]] = defaultdict(list)
    boxes: dict[str, Floats] = {}
    for task, who, text in answers:
        if text not in boxes:
            boxes[text] = _boxes_of(shape, parse_regions(text, shape, ""))
        by_task[task].append((who, boxes[text]))
    pairs: defaultdict[str, list[Pair]] = defaultdict(list)
    for answered in by_task.values():
        for who, own in answered:
            others = list(islice((boxes for other, boxes in answered if other != who), MOST_OTHERS))
            if others:
                pairs[who].append((own[:MOST_BOXES], np.concatenate(others)[:MOST_BOXES]))
    return pairs


def _boxes_of(shape: str, regions: Sequence[Region]) -> Floats:
    """Return boxes around regions: (regions, 4)."""
    rows: list[Sequence[float]]
    if shape == "spans":
        rows = [(region.ends[0], 0.0, region.ends[1], 1.0) for region in regions]
    elif shape == "boxes":
        rows = [region.ends for region in regions]
    else:
        rows = [
            (min(one.ends[::2]), min(one.ends[1::2]), max(one.ends[::2]), max(one.ends[1::2]))
            for one in regions
        ]
    return np.array(rows, np.float64).reshape(-1, 4)
