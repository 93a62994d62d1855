"""Thousands of classes: the same labels and probabilities without a table of tasks by classes."""

import numpy as np
import pytest

from shoal_qa.domain import consensus as whole
from shoal_qa.domain.calibration.binned_rows import binned_rows
from shoal_qa.domain.consensus import Options, consensus
from shoal_qa.domain.models import wide
from shoal_qa.domain.models.candidates import Candidates
from shoal_qa.domain.models.majority import Majority
from shoal_qa.domain.models.wide import best_classes, wide_posterior
from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, Ints, VoteArrays
from shoal_qa.domain.votes.scatter import log_totals

Crowd = tuple[VoteArrays, Ints]


def crowd(classes: int, tasks: int = 80, seed: int = 0) -> Crowd:
    """Return up to three votes a task, some classes far more frequent than others; the last has no votes."""
    rng = np.random.default_rng(seed)
    share = 1 / (1 + np.arange(classes))
    truth = rng.choice(classes, tasks, p=share / share.sum())
    task = np.sort(rng.integers(0, tasks - 1, 3 * tasks)).astype(np.int32)
    annotator = (np.arange(len(task)) % 9).astype(np.int32)
    guess = rng.choice(classes, len(task), p=share / share.sum())
    label = np.where(rng.random(len(task)) < 0.4 + annotator / 16, truth[task], guess)
    votes = VoteArrays(
        task=task,
        annotator=annotator,
        label=label.astype(np.int32),
        tasks=tasks,
        annotators=9,
        classes=classes,
    )
    return votes, truth.astype(np.int32)


@pytest.mark.parametrize("with_gold", [False, True])
def test_labels_and_probabilities_are_those_of_the_table(
    with_gold: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    votes, truth = crowd(230, tasks=50)
    gold = np.where(np.arange(50) < 15, truth, UNKNOWN).astype(np.int32) if with_gold else None
    sparse = consensus(votes, gold, Options(target_precision=0.8 if with_gold else None))
    monkeypatch.setattr("shoal_qa.domain.models.pool.FEWEST_CLASSES", 1000)
    monkeypatch.setattr(wide, "FEWEST_CLASSES", 1000)
    table = whole.consensus(votes, gold, Options(target_precision=0.8 if with_gold else None))
    assert sparse.posterior is None
    assert table.posterior is not None
    assert (sparse.label == table.label).all()
    assert sparse.probability == pytest.approx(table.probability, abs=1e-9)
    assert (sparse.action == table.action).all()
    assert sparse.skill == pytest.approx(table.skill, abs=1e-9)
    assert [m.agreement for m in sparse.evidence] == pytest.approx([m.agreement for m in table.evidence])


def tempered(logs: Floats, temperature: Floats, possible: Floats) -> Floats:
    return log_totals(np.where(possible, logs, -1e9) / temperature[:, None])


def test_classes_that_are_summed_in_bins_are_nearly_exact() -> None:
    votes, _ = crowd(3000, tasks=100)
    members = [Candidates(iterations=3).fit(votes), Majority().fit(votes)]
    found = wide_posterior(members, np.array([0.6, 0.4]), votes)
    dense = np.log(0.6 * members[0].posterior(votes) + 0.4 * members[1].posterior(votes))
    level = np.linspace(0.5, 4.0, votes.tasks)
    expected = tempered(dense, level, votes.label_counts() > 0)
    assert found.log_totals(level) == pytest.approx(expected, abs=2e-5)
    label, highest = found.best()
    dense[:, votes.label_counts() == 0] = -np.inf
    assert (label == dense.argmax(axis=1)).all()
    assert highest == pytest.approx(np.exp(dense.max(axis=1)))
    assert (best_classes(members[1], votes)[votes.votes_per_task() > 0] < 3000).all()


def test_rows_of_very_many_classes_sum_to_the_same_at_every_temperature() -> None:
    rng = np.random.default_rng(1)
    logs = np.concatenate([rng.normal(-1, 2, (20, 5)), rng.normal(-12, 1.5, (20, 4000))], axis=1)
    for temperature in (0.5, 1.0, 4.0):
        binned = log_totals(binned_rows(logs).at(temperature))
        assert binned == pytest.approx(log_totals(logs / temperature), abs=2e-3)
    few = logs[:, :50]
    assert (binned_rows(few).at(2.0) == few / 2).all()
