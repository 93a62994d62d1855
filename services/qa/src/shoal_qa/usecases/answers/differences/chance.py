"""The distances of answers for Krippendorff's alpha: on one job, and by chance between jobs.

Sets have the distance of MASI, and a choice of a pair is half as far from a tie as from the other choice; the
others are those of comparing.py. Where candidates differ between jobs, their names say nothing about chance.
Then it is the mean over all ways to call them by the same names:

    1/2 x (1 - share of tied pairs of one order x that of the other)
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from shoal.contracts.answers import Answer
from shoal.contracts.label_schemas import LabelSchema
from shoal_qa.domain.agreement.alpha import Distance, Rows
from shoal_qa.domain.agreement.distances import SetDistance
from shoal_qa.domain.votes.arrays import Floats, VoteArrays
from shoal_qa.usecases.answers.differences.comparing import Comparable, comparable_answer, comparable_distance


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDistance:
    """Distances of pairs of answers, by their numbers. chance: of answers of different jobs."""

    within: Distance
    chance: Distance


def distance_between(schema: LabelSchema, answers: Sequence[Answer]) -> AnswerDistance:
    """Return the distance of answers of the schema's kind."""
    find = _DISTANCES.get(schema.kind)
    if find is not None:
        return find(answers)
    forms = [comparable_answer(answer) for answer in answers]

    def compare(one: int, other: int) -> float:
        return comparable_distance(schema, forms[one], forms[other])

    within = _distance_by_pair(compare)
    if schema.kind != "ranking":
        return AnswerDistance(within=within, chance=within)
    return AnswerDistance(within=within, chance=_chance_of_orders(forms, compare))


def of_votes(votes: VoteArrays, distance: Distance, *, equal_is_near: bool = True) -> Distance:
    """Return the distance of votes, by their numbers: that of their answers.

    equal_is_near: whether equal answers have the distance 0 without a look at them.
    """

    def apart(first: Rows, second: Rows) -> Floats:
        one, other = votes.label[first].astype(np.int64), votes.label[second].astype(np.int64)
        out = np.zeros(len(one))
        rows = np.flatnonzero((one != other) | (not equal_is_near))
        out[rows] = distance(one[rows], other[rows])
        return out

    return apart


def _distance_by_pair(compare: Callable[[int, int], float]) -> Distance:
    def distances(first: Rows, second: Rows) -> Floats:
        pairs = zip(first.tolist(), second.tolist(), strict=True)
        return np.fromiter((compare(one, other) for one, other in pairs), np.float64, len(first))

    return distances


def _set_distance(answers: Sequence[Any]) -> AnswerDistance:
    names = sorted({name for answer in answers for name in answer.labels})
    number = {name: index for index, name in enumerate(names)}
    members = np.zeros((len(answers), max(len(names), 1)), np.bool_)
    for row, answer in enumerate(answers):
        members[row, [number[name] for name in answer.labels]] = True
    distance = SetDistance(members)
    return AnswerDistance(within=distance, chance=distance)


def _pair_distance(answers: Sequence[Any]) -> AnswerDistance:
    """Return 1 between two choices, 1/2 between a choice and a tie."""
    choices = [answer.choice for answer in answers]
    tied = np.array([choice is None for choice in choices])

    def within(first: Rows, second: Rows) -> Floats:
        differ = np.array([choices[i] != choices[j] for i, j in zip(first, second, strict=True)], np.bool_)
        return np.where(differ, np.where(tied[first] | tied[second], 0.5, 1.0), 0.0)

    if len(set(choices) - {None}) <= 2:
        return AnswerDistance(within=within, chance=within)
    return AnswerDistance(
        within=within, chance=lambda first, second: np.where(tied[first] & tied[second], 0.0, 0.5)
    )


def _chance_of_orders(forms: Sequence[Comparable], compare: Callable[[int, int], float]) -> Distance:
    ranks = [cast(dict[str, int], answer.content) for answer in forms]
    names = [frozenset(order) for order in ranks]
    tied = [_tied_share(list(order.values())) for order in ranks]

    def chance(one: int, other: int) -> float:
        return compare(one, other) if names[one] == names[other] else (1 - tied[one] * tied[other]) / 2

    return _distance_by_pair(chance)


def _tied_share(ranks: Sequence[int]) -> float:
    """Return the share of pairs of candidates that are tied."""
    pairs = len(ranks) * (len(ranks) - 1) / 2
    counts = np.bincount(ranks).astype(np.float64) if ranks else np.zeros(1)
    return float((counts * (counts - 1) / 2).sum() / pairs) if pairs else 1.0


_DISTANCES: dict[str, Callable[[Sequence[Answer]], AnswerDistance]] = {
    "multi_choice": _set_distance,
    "pair": _pair_distance,
}
