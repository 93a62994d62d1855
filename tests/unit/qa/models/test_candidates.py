"""The model for thousands of classes, against the same model with every class written out."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given as each
from hypothesis import strategies as st

from shoal_qa.domain.consensus import consensus
from shoal_qa.domain.models import MODELS
from shoal_qa.domain.models.candidates import Candidates, FittedCandidates
from shoal_qa.domain.votes.arrays import UNKNOWN, VoteArrays
from shoal_qa.domain.votes.scatter import log_normalise, sum_by_task
from shoal_qa.domain.votes.voted_pairs import Beliefs, voted_pairs
from unit.qa.crowds import arrays

TASKS, ANNOTATORS, CLASSES = 6, 4, 5
rows = st.tuples(st.integers(0, TASKS - 1), st.integers(0, ANNOTATORS - 1), st.integers(0, CLASSES - 1))
tables = st.lists(rows, max_size=25, unique_by=lambda row: row[:2])


def likeliest_classes(beliefs: Beliefs) -> tuple[np.ndarray, np.ndarray]:
    """Return the most probable voted class of each task, UNKNOWN without votes, and its probability."""
    pairs = beliefs.pairs
    label, probability = np.full(pairs.tasks, UNKNOWN, np.int32), np.zeros(pairs.tasks)
    order = np.lexsort((-pairs.label, beliefs.of_pair, pairs.task))  # the last one of a task is stored
    label[pairs.task[order]], probability[pairs.task[order]] = pairs.label[order], beliefs.of_pair[order]
    return label, probability


def votes_of(table: list[tuple[int, int, int]]) -> VoteArrays:
    return arrays(np.array(table, np.int32).reshape(-1, 3).T, TASKS, ANNOTATORS, CLASSES)


def some_fit() -> FittedCandidates:
    rng = np.random.default_rng(0)
    prior, guess = rng.dirichlet(np.ones(CLASSES), 2)
    return FittedCandidates(
        name="candidates", prior=prior, guess=guess, know=rng.uniform(0, 0.99, ANNOTATORS + 1)
    )


def crowd(
    seed: int, classes: int, tasks: int = 2000, annotators: int = 40, per_task: int = 5
) -> tuple[VoteArrays, np.ndarray]:
    """Return votes of a crowd in which a third answers at random, and the truth."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(classes, size=tasks)
    annotator = np.concatenate([rng.choice(annotators, per_task, replace=False) for _ in range(tasks)])
    task = np.repeat(np.arange(tasks), per_task)
    knows = rng.random(len(task)) < np.where(annotator % 3 == 0, 0.02, 0.75)
    popular = rng.integers(classes // 5 + 1, size=len(task))  # guesses use a fifth of the classes
    label = np.where(knows, truth[task], popular)
    return arrays((task, annotator, label), tasks, annotators, classes), truth


@each(tables)
def test_posteriors_are_those_of_all_classes_written_out(table: list[tuple[int, int, int]]) -> None:
    votes, fitted = votes_of(table), some_fit()
    dense = log_normalise(fitted.log_prior + sum_by_task(votes, fitted.log_confusion))
    assert fitted.log_posterior(votes) == pytest.approx(dense, abs=1e-9)


@each(tables, st.lists(st.integers(UNKNOWN, CLASSES - 1), min_size=TASKS, max_size=TASKS))
def test_expected_classes_are_those_of_all_classes_written_out(
    table: list[tuple[int, int, int]], gold: list[int]
) -> None:
    votes, fitted, answers = votes_of(table), some_fit(), np.array(gold, np.int32)
    dense = np.exp(fitted.log_posterior(votes))
    dense[answers != UNKNOWN] = np.eye(CLASSES)[answers[answers != UNKNOWN]]
    counts = fitted.beliefs(votes).with_gold(answers).class_counts(fitted.prior)
    assert counts == pytest.approx(dense[votes.votes_per_task() > 0].sum(axis=0), abs=1e-9)


@each(tables)
def test_the_best_class_given_is_the_best_of_the_whole_posterior(table: list[tuple[int, int, int]]) -> None:
    votes, fitted = votes_of(table), some_fit()
    label, probability = likeliest_classes(fitted.beliefs(votes))
    dense = np.exp(fitted.log_posterior(votes))
    for task in range(TASKS):
        voted = np.unique(votes.label[votes.task == task])
        if not len(voted):
            assert (label[task], probability[task]) == (UNKNOWN, 0)
            continue
        assert label[task] == voted[dense[task, voted].argmax()]
        assert probability[task] == pytest.approx(dense[task, voted].max())


@each(tables)
def test_shares_are_those_of_the_votes(table: list[tuple[int, int, int]]) -> None:
    votes = votes_of(table)
    pairs = voted_pairs(votes)
    assert pairs.shares().of_pair == pytest.approx(votes.shares()[pairs.task, pairs.label])


@pytest.mark.parametrize("classes", [2, 20, 3000])
def test_it_beats_majority_where_some_guess(classes: int) -> None:
    votes, truth = crowd(1, classes)
    best, _ = likeliest_classes(Candidates().fit(votes).beliefs(votes))
    plurality, _ = likeliest_classes(voted_pairs(votes).shares())
    assert (best == truth).mean() > (plurality == truth).mean() + 0.03


def test_it_learns_who_knows() -> None:
    votes, _ = crowd(2, 500)
    skill = Candidates().fit(votes).skill()
    assert skill[::3].max() < 0.2
    assert skill[1::3].min() > 0.6


def test_a_class_given_once_by_one_guesser_is_not_believed() -> None:
    votes, _ = crowd(3, 3000)
    alone = VoteArrays(
        task=votes.task[:2],
        annotator=votes.annotator[:2] * 0,
        label=np.array([7, 7], np.int32),
        tasks=2,
        annotators=40,
        classes=3000,
    )
    assert likeliest_classes(Candidates().fit(votes).beliefs(alone))[1].max() < 0.9


def test_memory_grows_with_votes_not_with_classes() -> None:
    votes, _ = crowd(4, 50_000, tasks=4000)
    tracemalloc.start()
    Candidates().fit(votes)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6  # one table of tasks x classes would be 1.6 GB


def test_gold_teaches_about_annotators_and_missed_classes() -> None:
    votes, truth = crowd(5, 20, tasks=300)
    gold = np.full(300, UNKNOWN, np.int32)
    gold[:100] = truth[:100]
    told, blind = Candidates().fit(votes, gold), Candidates().fit(votes)
    share = np.bincount(truth, minlength=20) / 300
    assert np.abs(told.prior - share).sum() < np.abs(blind.prior - share).sum()
    wrong = np.full(300, UNKNOWN, np.int32)
    wrong[:] = (truth + 1) % 20  # gold that contradicts every vote
    assert Candidates().fit(votes, wrong).skill().max() < 0.2


def test_a_warm_start_needs_fewer_rounds_and_takes_new_annotators() -> None:
    votes, _ = crowd(6, 50)
    early = votes.select(votes.annotator < 35)
    first = Candidates().fit(
        VoteArrays(
            task=early.task,
            annotator=early.annotator,
            label=early.label,
            tasks=2000,
            annotators=35,
            classes=50,
        )
    )
    cold, warm = Candidates().fit(votes), Candidates().fit(votes, start=Candidates().fit(votes))
    grown = Candidates().fit(votes, start=first)
    assert warm.iterations < cold.iterations
    assert grown.skill() == pytest.approx(cold.skill(), abs=1e-3)


def test_a_fit_survives_being_kept() -> None:
    votes, _ = crowd(7, 30, tasks=100)
    fitted = Candidates().fit(votes)
    again = Candidates().load(fitted.to_arrays())
    assert (again.log_posterior(votes) == fitted.log_posterior(votes)).all()


@pytest.mark.parametrize("votes", [votes_of([]), votes_of([(0, 0, 0)]), arrays(np.zeros((3, 1)), 1, 1, 1)])
def test_next_to_nothing_is_enough(votes: VoteArrays) -> None:
    posterior = np.exp(Candidates().fit(votes).log_posterior(votes))
    assert posterior.sum(axis=1) == pytest.approx(np.ones(votes.tasks))


def test_auto_takes_it_where_confusion_matrices_would_not_fit() -> None:
    votes, truth = crowd(8, 2000, tasks=600)
    gold = np.full(600, UNKNOWN, np.int32)
    gold[:60] = truth[:60]
    tracemalloc.start()
    found = consensus(votes, gold)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [member.model for member in found.evidence] == ["candidates", "majority"]
    assert (found.label == truth).mean() > 0.9
    assert peak < 40 * 2000**2 * 8 / 5  # annotators x classes^2 would be 1.3 GB
    again = MODELS["auto"].load(found.fitted.to_arrays())
    assert again.log_posterior(votes) == pytest.approx(found.fitted.log_posterior(votes))
    few, _ = crowd(9, 20, tasks=200)
    assert "candidates" not in [member.model for member in consensus(few).evidence]
