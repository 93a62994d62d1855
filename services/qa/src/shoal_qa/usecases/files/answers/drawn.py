"""Answers with objects as outlines to draw: those of the consensus, and those of each vote."""

from collections.abc import Sequence
from typing import Any

from shoal.contracts.answers import Answer
from shoal_qa.usecases.answers.kinds import OBJECT_KINDS, objects_of
from shoal_qa.usecases.files.facts import DrawnShape

LANE = 0.06  # height of the line of one answer to a text, in the length of the longest text
CONSENSUS = "consensus"


def drawn_answers(answer: Answer, votes: Sequence[tuple[str, Answer]]) -> list[DrawnShape]:
    """Return the outlines of an answer and of its votes, by annotator; [] for kinds without objects.

    Spans are bars, the consensus above the votes. Coordinates are relative, of spans to the last end.
    """
    if answer.kind not in OBJECT_KINDS:
        return []
    rows = [*votes, (CONSENSUS, answer)]
    if answer.kind != "spans":
        return [
            DrawnShape(by=by, label=item.label, points=_outline_of(item), merged=by is CONSENSUS)
            for by, marked in rows
            for item in objects_of(marked)
        ]
    last = max((span.end for _, marked in rows for span in objects_of(marked)), default=1)
    return [
        DrawnShape(by=by, label=span.label, points=_bar_of(span, lane, last), merged=by is CONSENSUS)
        for lane, (by, marked) in enumerate(reversed(rows))
        for span in objects_of(marked)
    ]


def _outline_of(item: Any) -> Sequence[tuple[float, float]]:
    if hasattr(item, "points"):
        points: Sequence[tuple[float, float]] = item.points
        return points
    return (item.left, item.top), (item.right, item.top), (item.right, item.bottom), (item.left, item.bottom)


def _bar_of(span: Any, lane: int, last: int) -> Sequence[tuple[float, float]]:
    left, right, top, bottom = span.start / last, span.end / last, lane * LANE, (lane + 0.7) * LANE
    return (left, top), (right, top), (right, bottom), (left, bottom)
