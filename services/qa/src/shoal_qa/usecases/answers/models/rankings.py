"""Rankings: the right order behind those of annotators who differ in sharpness (domain/shapes/orders.py)."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from shoal.contracts.answers import RankingAnswer
from shoal.contracts.label_schemas import LabelSchema
from shoal_qa.domain.answers.model import AnswerParts, near_shares
from shoal_qa.domain.answers.odds import Odds
from shoal_qa.domain.shapes.orders import (
    FEWEST_TIED,
    MOST_LISTED,
    OrderAnswers,
    believed_orders,
    mean_ranks,
    turned_share,
)
from shoal_qa.domain.shapes.sharpness import fit_sharpness, lone_sharpness
from shoal_qa.domain.votes.arrays import Floats
from shoal_qa.usecases.answers.differences.distances import tolerance_of
from shoal_qa.usecases.answers.given import GivenAnswers
from shoal_qa.usecases.answers.merged import Merged


@dataclass(frozen=True, slots=True, kw_only=True)
class _JobOrders:
    """Orders of a job's candidates. places: of each answer, by candidate. annotator: of each answer."""

    names: Sequence[str]
    places: Sequence[Sequence[int]]
    annotator: Sequence[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Jobs with equally many candidates, and with ties in an answer, or none.

    number: of each job. names: its candidates, sorted.
    """

    number: Sequence[int]
    names: Sequence[Sequence[str]]
    tied: bool
    answers: OrderAnswers


def fit_rankings(schema: LabelSchema, jobs: Sequence[GivenAnswers], annotators: int) -> AnswerParts:
    """Return the sharpness of annotators over all jobs; recall is the share of near orders."""
    groups = _groups_of(jobs)
    fit = fit_sharpness([group.answers for group in groups], annotators)
    near = []
    for group in groups:
        best, _ = _best_orders(group.answers, fit.sharpness, fit.tied, tolerance_of(schema))
        near.append(turned_share(group.answers.ranks, best[group.answers.job]) <= tolerance_of(schema))
    annotator = np.concatenate([group.answers.annotator for group in groups])
    recall = near_shares(np.concatenate(near), annotator, annotators)
    parts = AnswerParts(odds=Odds(), recall=recall, usual=1.0, sharpness=fit.sharpness, tied=fit.tied)
    return parts.without_comparison() if all(len(job.answers) == 1 for job in jobs) else parts


def merge_rankings(schema: Any, jobs: Sequence[GivenAnswers], parts: AnswerParts) -> list[Merged]:
    """Return the most probable order of each job, and the probability that it is near the right one."""
    out: dict[int, Merged] = {}
    for group in _groups_of(jobs):
        sharpness = parts.sharpness
        if sharpness is None:
            group, sharpness = _judged_alone(group)
        tied = (parts.tied or FEWEST_TIED * group.tied) if schema.ties else 0.0
        best, probability = _best_orders(group.answers, sharpness, tied, tolerance_of(schema))
        for row, number in enumerate(group.number):
            answer = RankingAnswer(order=_named_groups(group.names[row], best[row].tolist()))
            lone = jobs[number].annotator if len(jobs[number].answers) == 1 else ()
            # A single order agrees with itself: it is right at most as often as its author's orders are.
            most = min((float(parts.recall[who]) for who in lone), default=1.0)
            out[number] = Merged(answer=answer, probability=min(float(probability[row]), most))
    return [out[number] for number in range(len(jobs))]


def _judged_alone(group: _Group) -> tuple[_Group, Floats]:
    """Return jobs before any fit, each with a crowd of its own, and the sharpness of these.

    Of many candidates, a few orders tell how far people agree, and without that any answer would seem sure.
    """
    answers = group.answers
    if answers.ranks.shape[1] <= MOST_LISTED:
        return group, np.ones(1)
    parts = np.split(answers.ranks, np.searchsorted(answers.job, np.arange(1, answers.jobs)))
    sharpness = np.array([lone_sharpness(ranks) for ranks in parts])
    return replace(group, answers=replace(answers, annotator=answers.job)), sharpness


def _best_orders(
    answers: OrderAnswers, sharpness: Floats, tied: float, tolerance: float
) -> tuple[Floats, Floats]:
    """Return the ranks of the most probable orders, (jobs, candidates), and their probability: (jobs,)."""
    best, probability = np.empty((answers.jobs, answers.ranks.shape[1])), np.empty(answers.jobs)
    for part, rows in answers.parts():
        belief = believed_orders(part, sharpness[part.annotator], tied=tied, tolerance=tolerance)
        best[rows], probability[rows] = belief.best, belief.probability
    return best, probability


def _groups_of(jobs: Sequence[GivenAnswers]) -> list[_Group]:
    """Return the jobs by number of candidates, without orders of other candidates than most answers order."""
    kinds: dict[tuple[int, bool], list[int]] = defaultdict(list)
    orders = []
    for number, job in enumerate(jobs):
        orders.append(_job_orders(job))
        tied = any(len(set(row)) < len(row) for row in orders[-1].places)
        kinds[len(orders[-1].names), tied].append(number)
    return [
        _Group(
            number=numbers,
            names=[orders[number].names for number in numbers],
            tied=tied,
            answers=_order_answers([orders[number] for number in numbers]),
        )
        for (_, tied), numbers in sorted(kinds.items())
    ]


def _job_orders(job: GivenAnswers) -> _JobOrders:
    places = [_places_of(answer) for answer in job.answers]
    same = usual_candidates(Counter(frozenset(of_answer) for of_answer in places))
    names = sorted(same)
    rows = [row for row, of_answer in enumerate(places) if of_answer.keys() == same]
    return _JobOrders(
        names=names,
        places=[[places[row][name] for name in names] for row in rows],
        annotator=[job.annotator[row] for row in rows],
    )


def usual_candidates(count: Mapping[frozenset[str], int]) -> frozenset[str]:
    """Return the candidates that most answers order, more of them if answers are equally many."""
    return max(count, key=lambda names: (count[names], len(names), sorted(names)))


def _order_answers(jobs: Sequence[_JobOrders]) -> OrderAnswers:
    return OrderAnswers(
        ranks=mean_ranks(np.array([row for job in jobs for row in job.places], np.int32)),
        job=np.repeat(np.arange(len(jobs), dtype=np.int32), [len(job.places) for job in jobs]),
        annotator=np.concatenate([job.annotator for job in jobs]).astype(np.int32),
        jobs=len(jobs),
    )


def _places_of(answer: Any) -> dict[str, int]:
    return {name: rank for rank, group in enumerate(answer.order) for name in group}


def _named_groups(names: Sequence[str], ranks: Sequence[float]) -> tuple[tuple[str, ...], ...]:
    groups: dict[float, list[str]] = defaultdict(list)
    for name, rank in zip(names, ranks, strict=True):
        groups[rank].append(name)
    return tuple(tuple(groups[rank]) for rank in sorted(groups))
