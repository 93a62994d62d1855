"""Consensus from single votes: the same as from all votes, whatever their order, repetition, edits and shards."""

from collections.abc import Sequence
from time import perf_counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal_qa.domain.ledger import REMOVED, VoteLedger
from shoal_qa.domain.models import MODELS
from shoal_qa.domain.models.base import Fitted
from shoal_qa.domain.streaming import Stream
from shoal_qa.domain.votes.arrays import VoteArrays

CLASSES = 3
Event = tuple[int, int, int, int]  # task, annotator, label, revision
events = st.tuples(st.integers(0, 4), st.integers(0, 5), st.integers(REMOVED, CLASSES - 1), st.integers(0, 3))


def crowd(
    seed: int, tasks: int = 400, annotators: int = 12, per_task: int = 5
) -> tuple[VoteArrays, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = rng.integers(CLASSES, size=tasks)
    skill = rng.uniform(0.5, 0.95, annotators)
    annotator = np.concatenate([rng.choice(annotators, per_task, replace=False) for _ in range(tasks)])
    task = np.repeat(np.arange(tasks), per_task)
    right = rng.random(len(task)) < skill[annotator]
    label = np.where(right, truth[task], (truth[task] + rng.integers(1, CLASSES, len(task))) % CLASSES)
    return VoteArrays(
        *(each.astype(np.int32) for each in (task, annotator, label)), tasks, annotators, CLASSES
    ), truth


def fits() -> list[Fitted]:
    votes, _ = crowd(0, tasks=50, annotators=4, per_task=3)  # annotators 4 and 5 of the events are not seen
    return [model.fit(votes) for model in MODELS.values()]


FITS = fits()


def newest(log: Sequence[Event]) -> dict[tuple[int, int], int]:
    """Return the live labels by (task, annotator): highest revision, deletion last, then the highest label."""
    ranked = sorted(log, key=lambda e: (e[3], e[2] == REMOVED, e[2]))
    last = {(task, annotator): label for task, annotator, label, _ in ranked}
    return {key: label for key, label in last.items() if label != REMOVED}


def expected(fitted: Fitted, log: Sequence[Event], tasks: int) -> np.ndarray:
    live = newest(log)
    table = np.array([(t, a if a < fitted.annotators else -1, k) for (t, a), k in live.items()], np.int32)
    table = table.reshape(-1, 3)
    return fitted.log_posterior(VoteArrays(*table.T, tasks, fitted.annotators, CLASSES))


def columns(log: Sequence[Event]) -> list[np.ndarray]:
    return list(np.array(log, np.int64).reshape(-1, 4).T)


@given(st.lists(events, max_size=40), st.integers(0, len(FITS) - 1), st.randoms())
def test_single_votes_in_any_order_give_the_whole_computation(
    log: list[Event], model: int, chance: object
) -> None:
    stream = Stream(FITS[model], VoteLedger(CLASSES), tasks=5)
    repeated = [*log, *log]
    chance.shuffle(repeated)  # type: ignore[attr-defined]
    for event in repeated:
        stream.take(*event)
    assert stream.log_posterior() == pytest.approx(expected(FITS[model], log, 5), abs=1e-9)


@given(st.lists(st.lists(events, max_size=15), max_size=4), st.integers(0, len(FITS) - 1))
def test_batches_mixed_with_single_votes_give_the_same(batches: list[list[Event]], model: int) -> None:
    stream = Stream(FITS[model], VoteLedger(CLASSES), tasks=5)
    for number, batch in enumerate(batches):
        if number % 2:
            stream.take_all(*columns(batch))
        else:
            for event in batch:
                stream.take(*event)
    log = [event for batch in batches for event in batch]
    assert stream.log_posterior() == pytest.approx(expected(FITS[model], log, 5), abs=1e-9)


@given(st.lists(events, max_size=30), st.lists(events, max_size=30))
def test_shards_merge_whichever_way(one: list[Event], other: list[Event]) -> None:
    def shard(log: list[Event]) -> Stream:
        stream = Stream(FITS[1], VoteLedger(CLASSES), tasks=5)
        stream.take_all(*columns(log))
        return stream

    left, right = shard(one), shard(other)
    left.merge(right)
    right.merge(shard(one))
    left.merge(right)
    assert left.log_posterior() == pytest.approx(expected(FITS[1], [*one, *other], 5), abs=1e-9)
    assert right.log_posterior() == pytest.approx(left.log_posterior(), abs=1e-9)


@given(st.lists(events, max_size=30), st.integers(0, len(FITS) - 1))
def test_a_saved_stream_goes_on_where_it_was(log: list[Event], model: int) -> None:
    name = list(MODELS)[model]
    stream = Stream(FITS[model], VoteLedger(CLASSES), tasks=5)
    stream.take_all(*columns(log))
    again = Stream.load(MODELS[name], stream.to_arrays())
    for each in (stream, again):
        each.take(7, 1, 2, 9)
    assert again.log_posterior() == pytest.approx(
        stream.log_posterior(), abs=1e-4
    )  # the fit is kept as float32
    assert again.take(7, 1, 2, 9) is False


@settings(max_examples=20)
@given(st.lists(events, min_size=1, max_size=60), st.integers(1, 5))
def test_folding_changes_nothing(log: list[Event], at: int) -> None:
    class Eager(VoteLedger):
        def _fold_at(self) -> int:
            return at

    lazy, eager = VoteLedger(CLASSES), Eager(CLASSES)
    assert [lazy.put(*event) for event in log] == [eager.put(*event) for event in log]
    for one, other in zip(lazy.to_arrays().values(), eager.to_arrays().values(), strict=True):
        assert (one == other).all()


def test_a_refit_arrives_where_a_fit_of_all_votes_does() -> None:
    votes, truth = crowd(3)
    model = MODELS["dawid-skene"]
    half = votes.task < votes.tasks // 2
    stream = Stream(model.fit(votes.select(half)), VoteLedger(CLASSES))
    stream.take_all(votes.task, votes.annotator, votes.label, np.zeros(len(votes)))
    before = np.abs(np.exp(stream.log_posterior()) - np.exp(model.fit(votes).log_posterior(votes))).mean()
    stream.refit(model)
    after = np.abs(np.exp(stream.log_posterior()) - np.exp(model.fit(votes).log_posterior(votes))).mean()
    assert after < min(1e-4, before)
    assert (stream.log_posterior().argmax(axis=1) == truth).mean() > 0.9


def test_a_warm_refit_needs_fewer_rounds() -> None:
    votes, _ = crowd(4, tasks=1000)
    model = MODELS["dawid-skene"]
    cold = model.fit(votes)
    warm = model.fit(votes, start=cold)
    assert warm.iterations < cold.iterations / 2  # type: ignore[attr-defined]


@pytest.mark.parametrize("vote", [(0, 0, CLASSES), (0, 0, -2), (-1, 0, 0), (0, -1, 0), (0, 0, 0, -1)])
def test_what_is_no_vote_is_refused_and_changes_nothing(vote: tuple[int, ...]) -> None:
    stream = Stream(FITS[1], VoteLedger(CLASSES), tasks=1)
    with pytest.raises(ValueError):
        stream.take(*vote)
    task, annotator, label, revision = (np.array([each]) for each in (*vote, 0)[:4])
    with pytest.raises(ValueError):
        stream.take_all(task, annotator, label, revision)
    assert len(stream.votes()) == 0


def test_a_vote_takes_microseconds() -> None:
    votes, _ = crowd(5, tasks=4000)
    stream = Stream(MODELS["dawid-skene"].fit(votes), VoteLedger(CLASSES))
    rows = list(zip(votes.task.tolist(), votes.annotator.tolist(), votes.label.tolist(), strict=True))
    best = min(_seconds(stream, rows[start : start + 2000]) for start in range(0, len(rows), 2000))
    assert best / 2000 < 20e-6


def _seconds(stream: Stream, rows: list[tuple[int, int, int]]) -> float:
    start = perf_counter()
    for row in rows:
        stream.take(*row)
    return perf_counter() - start
