"""Thousands of classes: the calibration looks at fewer tasks, and at the same losses."""

import numpy as np
import pytest

from shoal.files.errors import BadInput
from shoal_qa.cli.files.labelling import check_confusion_size, check_table_size
from shoal_qa.domain.calibration import overconfidence
from shoal_qa.domain.calibration.overconfidence import TEMPERATURES, default_tempering
from shoal_qa.domain.models.candidates import Candidates
from shoal_qa.domain.models.pool import mix_posteriors
from shoal_qa.domain.votes.arrays import VoteArrays
from shoal_qa.domain.votes.scatter import log_normalise, log_totals


def many_classes(classes: int, tasks: int) -> VoteArrays:
    """Return three votes on each task, by annotators of whom one always guesses."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, classes, tasks)
    label = np.stack([truth, np.where(rng.random(tasks) < 0.8, truth, 0), rng.integers(0, classes, tasks)])
    return VoteArrays(
        task=np.tile(np.arange(tasks, dtype=np.int32), 3),
        annotator=np.repeat(np.arange(3, dtype=np.int32), tasks),
        label=label.ravel().astype(np.int32),
        tasks=tasks,
        annotators=3,
        classes=classes,
    )


def test_the_loss_at_each_temperature_is_that_of_normalised_posteriors() -> None:
    rng = np.random.default_rng(1)
    own, foreign = (log_normalise(rng.normal(0, 4, (60, 7))) for _ in range(2))
    expected = [-(np.exp(own) * log_normalise(foreign / t)).sum() for t in TEMPERATURES]
    assert overconfidence._losses_of(own, foreign) == pytest.approx(expected)
    assert log_totals(foreign) == pytest.approx(np.zeros(60), abs=1e-12)


def test_fewer_tasks_are_compared_the_more_classes_there_are() -> None:
    rng = np.random.default_rng(0)
    sizes = [len(overconfidence._sample_tasks(np.arange(50_000), c, rng)) for c in (2, 100, 1000, 10_000)]
    assert sizes == [20_000, 20_000, 2000, 500]


def test_a_sample_of_tasks_gives_the_noise_of_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    votes, model = many_classes(40, 3000), Candidates()
    whole = default_tempering(model, model.fit(votes), votes, np.random.default_rng(0))
    monkeypatch.setattr(overconfidence, "MOST_CELLS", 0)
    part = default_tempering(model, model.fit(votes), votes, np.random.default_rng(0))
    assert part.noise == pytest.approx(whole.noise, rel=0.1)
    assert part.excess == pytest.approx(whole.excess, abs=0.02)


def test_the_only_member_of_a_pool_answers_as_it_does_alone() -> None:
    votes = many_classes(300, 200)
    fitted = Candidates().fit(votes)
    log = fitted.log_posterior(votes)
    assert np.exp(log) == pytest.approx(fitted.posterior(votes), abs=1e-15)
    assert mix_posteriors([log], np.ones(1)) == pytest.approx(mix_posteriors([log, log], np.full(2, 0.5)))


def test_confusions_that_do_not_fit_are_refused_with_a_model_that_has_none() -> None:
    check_confusion_size(100, 500, 4 * 10**9)
    with pytest.raises(BadInput, match=r"needs about 320 GB.*: use the model auto or candidates"):
        check_confusion_size(100, 10_000, 4 * 10**9)


def test_more_posteriors_than_memory_holds_are_refused_with_their_size() -> None:
    check_table_size(10_000, 10_000, 4 * 10**9)
    with pytest.raises(
        BadInput, match="100,000 tasks x 10,000 classes need about 32 GB, and this machine has 4 GB"
    ):
        check_table_size(100_000, 10_000, 4 * 10**9)
