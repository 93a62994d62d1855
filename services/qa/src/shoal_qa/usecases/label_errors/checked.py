"""Doubts about labels, calibrated on labels that were checked: those whose right answer is given.

Whose fault a difference between a label and a model is, cannot be seen in the two; without gold it rests on
assumptions (domain/label_errors). With gold, the doubts of each kind of error are compared with the errors
that the checked labels have, and

    logit wrong' = slope x logit wrong + offset

fits them (domain/answers/odds.py): first for all doubts, then for each kind of error, near the former.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from shoal.answers import canonical_answer
from shoal.contracts.answers import Answer
from shoal.contracts.label_schemas import LabelSchema
from shoal_qa.domain.answers.odds import Odds, fit_odds
from shoal_qa.domain.label_errors.matching import SAME, pair_objects
from shoal_qa.domain.votes.arrays import Bools, Floats
from shoal_qa.usecases.answers.differences.distances import answer_distance, tolerance_of
from shoal_qa.usecases.answers.differences.overlaps import object_overlaps
from shoal_qa.usecases.answers.kinds import OBJECT_KINDS, objects_of
from shoal_qa.usecases.label_errors.doubts import Doubt

EDGE = 0.002  # of probabilities before calibration: models are not surer than that of a single object
OF_MODELS = (1.0, 2.0)  # how much slope and offset differ between models and between kinds of answers
OF_KINDS = (0.5, 1.0)  # and between kinds of errors of the same answers


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedDoubts:
    """Doubts after calibration; those about checked labels are certain.

    unseen: objects or classes that a label lacks and no doubt names, per label, by the checked ones.
    """

    doubts: Sequence[Doubt]
    unseen: float


def calibrate_doubts(
    schema: LabelSchema, labels: Sequence[Answer], doubts: Sequence[Doubt], gold: Mapping[int, Answer]
) -> CheckedDoubts:
    """Return the doubts with probabilities that hold on gold. gold: right answers by number of the label."""
    if not gold:
        return CheckedDoubts(doubts=doubts, unseen=0.0)
    is_error, unseen = _compare_checked(schema, labels, doubts, gold)
    is_checked = np.array([doubt.task in gold for doubt in doubts], np.bool_)
    wrong = np.where(is_checked, is_error, _calibrated_shares(doubts, is_checked, is_error))
    calibrated = [
        replace(doubt, wrong=float(share)) for doubt, share in zip(doubts, wrong.tolist(), strict=True)
    ]
    return CheckedDoubts(doubts=calibrated, unseen=unseen / len(gold))


def _compare_checked(
    schema: LabelSchema, labels: Sequence[Answer], doubts: Sequence[Doubt], gold: Mapping[int, Answer]
) -> tuple[Bools, int]:
    """Return which doubts are about errors of checked labels, (doubts,), and how many parts none names."""
    by_task: dict[int, list[int]] = {task: [] for task in gold}
    for row, doubt in enumerate(doubts):
        if doubt.task in by_task:
            by_task[doubt.task].append(row)
    is_error, unseen = np.zeros(len(doubts), np.bool_), 0
    for task, rows in by_task.items():
        errors = _errors_of(schema, labels[task], gold[task])
        is_error[rows] = [errors.holds(doubts[row]) for row in rows]
        unseen += errors.unseen([doubts[row] for row in rows])
    return is_error, unseen


def _calibrated_shares(doubts: Sequence[Doubt], is_checked: Bools, is_error: Bools) -> Floats:
    raw = np.clip([doubt.wrong for doubt in doubts], EDGE, 1 - EDGE)
    common = fit_odds(Odds(slope=1.0), raw[is_checked], is_error[is_checked], spreads=OF_MODELS)
    kinds = np.array([doubt.error for doubt in doubts])
    names = np.unique(kinds)
    if len(names) == 1:
        return common.apply(raw)
    wrong = np.empty(len(doubts))
    for kind in names:
        rows = kinds == kind
        checked = rows & is_checked
        odds = fit_odds(common, raw[checked], is_error[checked], spreads=OF_KINDS)
        wrong[rows] = odds.apply(raw[rows])
    return wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class _Errors:
    """The errors of a checked label. whole: of an answer without parts. parts: positions or names of wrong
    parts. lacking: objects or names that the label lacks. kind: of the answer.
    """

    kind: str
    whole: bool = False
    parts: frozenset[Any] = frozenset()
    lacking: Sequence[Any] = ()

    def holds(self, doubt: Doubt) -> bool:
        """Return whether the doubt is about an error that the label has."""
        if doubt.error == "answer":
            return self.whole
        if doubt.error == "missing":
            return bool(self._named(doubt))
        return (doubt.label if self.kind == "multi_choice" else doubt.part) in self.parts

    def unseen(self, doubts: Sequence[Doubt]) -> int:
        """Return how many of the lacking parts no doubt names."""
        named = {number for doubt in doubts if doubt.error == "missing" for number in self._named(doubt)}
        return len(self.lacking) - len(named)

    def _named(self, doubt: Doubt) -> list[int]:
        """Return the numbers of the lacking parts that a doubt names."""
        if not self.lacking:
            return []
        if self.kind == "multi_choice":
            return [number for number, name in enumerate(self.lacking) if name == doubt.suggestion]
        overlap = object_overlaps(self.kind, [doubt.suggestion, *self.lacking])[0, 1:]
        return np.flatnonzero(overlap >= SAME).tolist()


def _errors_of(schema: LabelSchema, label: Any, gold: Any) -> _Errors:
    if schema.kind == "multi_choice":
        return _Errors(
            kind=schema.kind,
            parts=frozenset(label.labels) - frozenset(gold.labels),
            lacking=sorted(set(gold.labels) - set(label.labels)),
        )
    if schema.kind in OBJECT_KINDS:
        return _object_errors(schema, objects_of(label), objects_of(gold))
    distance = answer_distance(schema, canonical_answer(label), canonical_answer(gold))
    return _Errors(kind=schema.kind, whole=distance > tolerance_of(schema))


def _object_errors(schema: LabelSchema, objects: Sequence[Any], right: Sequence[Any]) -> _Errors:
    """Return which objects have no right one, another class, or lie beyond the tolerance of it."""
    size = len(objects)
    overlap = object_overlaps(schema.kind, [*objects, *right])[:size, size:]
    same = np.array([[one.label == other.label for other in right] for one in objects], np.bool_)
    same = same.reshape(overlap.shape)
    rows, columns = pair_objects(overlap, same)
    good = same[rows, columns] & (overlap[rows, columns] >= 1 - tolerance_of(schema))
    return _Errors(
        kind=schema.kind,
        parts=frozenset(range(size)) - frozenset(rows[good].tolist()),
        lacking=[right[number] for number in sorted(set(range(len(right))) - set(columns.tolist()))],
    )
