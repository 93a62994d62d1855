"""The number of answers that would have been enough, for answers that are not single classes."""

from collections.abc import Mapping, Sequence

import numpy as np

from shoal.answers import canonical_answer
from shoal.contracts.answers import Answer
from shoal.files.errors import BadInput
from shoal_qa.domain.stopping.overlaps import Overlaps, overlap_points, price_overlaps, simulate_overlaps
from shoal_qa.domain.stopping.replay import random_ranks
from shoal_qa.domain.stopping.rule import StoppingRule
from shoal_qa.domain.votes.arrays import Ints, NamedVotes
from shoal_qa.usecases.answers.differences.distances import answer_distance, tolerance_of
from shoal_qa.usecases.answers.fits.fitting import AnswerFit, fit_answers
from shoal_qa.usecases.answers.given import GivenAnswers
from shoal_qa.usecases.files.texts.written import WrittenAnswers
from shoal_qa.usecases.files.votes_needed import Replays, Report, check_model, summarize_replays


def replay_answers(
    named: NamedVotes,
    written: WrittenAnswers,
    gold: Mapping[int, Answer],
    truth: Mapping[int, Answer] | None,
    *,
    model: str,
    seeds: int,
    rules: Sequence[StoppingRule],
    report: Report,
) -> Replays:
    """Return curves over `seeds` random orders, and the outcome of each rule.

    gold, truth: right answers by number of the task; gold calibrates from the start and is not measured.
    Without truth, accuracy is agreement with the consensus of all votes. Raises BadInput.
    """
    check_model(model)
    everything = _fit_first(named, written, gold, model, spent=named.votes.votes_per_task(), rank=None)
    right = dict(enumerate(everything.answers)) if truth is None else truth
    count = named.votes.votes_per_task()
    tasks = np.array([task for task in sorted(right) if task not in gold and count[task] > 0], np.int64)
    if not len(tasks):
        raise BadInput(
            "votes cannot be replayed: no task with votes and an answer to measure on that is not gold"
        )
    simulations, outcomes = [], []
    points = overlap_points(int(count[tasks].max()))
    for seed in range(seeds):
        rank = random_ranks(named.votes, np.random.default_rng(seed))
        fits = []
        for number, overlap in enumerate(points.tolist()):
            report(seed * len(points) + number, seeds * len(points))
            spent = np.minimum(count, overlap)
            spent[list(gold)] = count[list(gold)]
            fits.append(_fit_first(named, written, gold, model, spent=spent, rank=rank))
        overlaps = Overlaps(
            at=points,
            probability=np.array([fit.probability[tasks] for fit in fits]),
            right=np.array([_right_answers(written, fit, tasks, right) for fit in fits]),
            available=count[tasks].astype(np.int32),
        )
        simulations.append(simulate_overlaps(overlaps))
        outcomes.append([price_overlaps(overlaps, rule) for rule in rules])
    return summarize_replays(simulations, outcomes, tasks=len(tasks))


def _fit_first(
    named: NamedVotes,
    written: WrittenAnswers,
    gold: Mapping[int, Answer],
    model: str,
    *,
    spent: Ints,
    rank: "np.ndarray | None",
) -> AnswerFit:
    """Return the fit of the first `spent` answers of each task, in the order of `rank`; None for all."""
    votes = named.votes if rank is None else named.votes.select(rank < spent[named.votes.task])
    order = np.argsort(votes.task, kind="stable")
    parts = np.split(order, np.cumsum(votes.votes_per_task())[:-1])
    jobs = [
        GivenAnswers(
            annotator=votes.annotator[rows].tolist(),
            answers=[written.answers[label] for label in votes.label[rows].tolist()],
        )
        for rows in parts
    ]
    return fit_answers(written.schema, jobs, gold, annotators=len(named.annotators), model=model)


def _right_answers(
    written: WrittenAnswers, fit: AnswerFit, tasks: "np.ndarray", right: Mapping[int, Answer]
) -> list[bool]:
    least = tolerance_of(written.schema)
    return [
        answer_distance(
            written.schema, canonical_answer(fit.merged[task].answer), canonical_answer(right[task])
        )
        <= least
        for task in tasks.tolist()
    ]
