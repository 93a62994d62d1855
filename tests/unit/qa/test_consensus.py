"""From votes and gold to labels: the label of a task never depends on its gold answer."""

from dataclasses import replace

import numpy as np
import pytest

from shoal_qa.domain.calibration.heldout_gold import calibrate_on
from shoal_qa.domain.calibration.tempering import Tempering
from shoal_qa.domain.consensus import Options, consensus
from shoal_qa.domain.models import AUTO, MODELS
from shoal_qa.domain.stopping.rule import Action
from shoal_qa.domain.votes.arrays import UNKNOWN, Ints, VoteArrays
from unit.qa.crowds import Crowd, honest


def gold_of(crowd: Crowd, gold: int, seed: int = 0) -> Ints:
    answers = np.full(len(crowd.truth), UNKNOWN, np.int32)
    chosen = np.random.default_rng(seed).choice(len(crowd.truth), gold, replace=False)
    answers[chosen] = crowd.truth[chosen]
    return answers


@pytest.fixture(scope="module")
def crowd() -> Crowd:
    return honest(50, tasks=1500, annotators=30)


def test_gold_tasks_have_their_answer_and_are_accepted(crowd: Crowd) -> None:
    gold = gold_of(crowd, 100)
    told = gold != UNKNOWN
    lied = gold.copy()
    lied[told] = (gold[told] + 1) % crowd.classes
    found = consensus(crowd.votes, lied, Options(target_precision=0.9))
    np.testing.assert_array_equal(found.label[told], lied[told])
    assert (found.probability[told] == 1).all()
    assert found.accepted[told].all()
    assert not found.accepted[~told].any()  # gold that contradicts all votes certifies nothing


def test_what_is_promised_of_accepted_labels_holds(crowd: Crowd) -> None:
    found = consensus(crowd.votes, gold_of(crowd, 300), Options(target_precision=0.9))
    assert found.certificate is not None
    assert found.certificate.threshold is not None
    gold = gold_of(crowd, 300) != UNKNOWN
    accepted = found.accepted & ~gold
    assert 0.3 < accepted[~gold].mean() <= found.certificate.coverage + 1e-9
    assert (found.label == crowd.truth)[accepted].mean() >= 0.9
    assert (found.probability[accepted] >= found.certificate.threshold).all()


def test_a_promise_is_broken_no_more_often_than_it_says() -> None:
    """25 draws of gold. With 5 % of guarantees broken, more than 4 breaks occur in 1 of 100 such tests."""
    crowd, issued, broken = honest(51, tasks=600, annotators=25), 0, 0
    for seed in range(25):
        gold = gold_of(crowd, 120, seed)
        found = consensus(crowd.votes, gold, Options(target_precision=0.85))
        accepted = found.accepted & (gold == UNKNOWN)
        issued += bool(accepted.any())
        broken += bool(accepted.any()) and bool((found.label == crowd.truth)[accepted].mean() < 0.85)
    assert issued > 15
    assert broken <= 4


def test_without_gold_a_target_accepts_nothing_and_says_what_would_do(crowd: Crowd) -> None:
    found = consensus(crowd.votes, None, Options(target_precision=0.9))
    assert not found.accepted.any()
    assert found.gold is None
    assert found.certificate is not None
    assert found.certificate.more_gold is not None
    assert found.certificate.more_gold > 20
    assert set(found.action.tolist()) <= {Action.MORE, Action.REVIEW, Action.FUTILE}


def test_without_a_target_labels_are_accepted_by_their_probability(crowd: Crowd) -> None:
    found = consensus(crowd.votes, None, Options(accept_probability=0.8))
    np.testing.assert_array_equal(found.accepted, found.probability >= 0.8)
    np.testing.assert_array_equal(found.action == Action.ACCEPT, found.accepted)
    assert found.certificate is None


@pytest.mark.parametrize("seed", range(3))
def test_confidence_without_gold_is_not_above_accuracy(seed: int) -> None:
    crowd = honest(60 + seed, tasks=800, classes=2 + seed, hard=0.3)
    found = consensus(crowd.votes)
    accuracy = (found.label == crowd.truth).mean()
    assert found.probability.mean() <= accuracy + 0.03
    assert found.probability.mean() >= accuracy - 0.2


def test_confidence_with_gold_is_accuracy(crowd: Crowd) -> None:
    gold = gold_of(crowd, 300)
    found = consensus(crowd.votes, gold)
    rest = gold == UNKNOWN
    gap = found.probability[rest].mean() - (found.label == crowd.truth)[rest].mean()
    assert abs(gap) < 0.03


def test_weights_and_temperature_of_a_gold_task_were_not_told_its_answer(crowd: Crowd) -> None:
    heldout = AUTO.study(crowd.votes, gold_of(crowd, 60)).heldout
    assert heldout is not None
    truth = heldout.truth.copy()
    truth[3] = (truth[3] + 1) % crowd.classes
    _, before = calibrate_on(heldout, Tempering())
    _, after = calibrate_on(replace(heldout, truth=truth), Tempering())
    assert before is not None
    assert after is not None
    own = heldout.fold == heldout.fold[3]
    np.testing.assert_allclose(after.probability[own], before.probability[own], atol=1e-12)
    assert np.abs(after.probability - before.probability).max() > 1e-4


def test_tasks_without_votes_have_no_label_and_want_one(crowd: Crowd) -> None:
    votes = crowd.votes
    more = VoteArrays(
        task=votes.task,
        annotator=votes.annotator,
        label=votes.label,
        tasks=votes.tasks + 2,
        annotators=votes.annotators,
        classes=votes.classes,
    )
    found = consensus(more)
    assert found.label[-2:].tolist() == [UNKNOWN, UNKNOWN]
    assert not found.accepted[-2:].any()
    assert found.action[-2:].tolist() == [Action.MORE, Action.MORE]


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_model_of_the_registry_can_be_asked_for(name: str) -> None:
    crowd = honest(70, tasks=150)
    found = consensus(crowd.votes, gold_of(crowd, 20), Options(model=name))
    assert found.fitted.name == name
    assert sum(each.weight for each in found.evidence) == pytest.approx(1)
    assert all(each.accuracy is not None for each in found.evidence)


def test_the_same_votes_in_another_order_give_the_same_labels(crowd: Crowd) -> None:
    order = np.random.default_rng(5).permutation(len(crowd.votes))
    votes = crowd.votes
    other = VoteArrays(
        task=votes.task[order],
        annotator=votes.annotator[order],
        label=votes.label[order],
        tasks=votes.tasks,
        annotators=votes.annotators,
        classes=votes.classes,
    )
    gold = gold_of(crowd, 150)
    one, two = consensus(votes, gold), consensus(other, gold)
    np.testing.assert_array_equal(one.label, two.label)
    np.testing.assert_allclose(one.probability, two.probability, atol=1e-6)


def test_edges_are_answers_not_errors() -> None:
    none = np.empty(0, np.int32)
    empty = consensus(VoteArrays(task=none, annotator=none, label=none, tasks=2, annotators=0, classes=2))
    assert empty.label.tolist() == [UNKNOWN, UNKNOWN]
    one = np.zeros(3, np.int32)
    single = consensus(
        VoteArrays(
            task=np.arange(3, dtype=np.int32), annotator=one, label=one, tasks=3, annotators=1, classes=1
        ),
        None,
        Options(target_precision=0.9),
    )
    assert single.label.tolist() == [0, 0, 0]
    with pytest.raises(ValueError, match="unknown model 'magic'"):
        Options(model="magic")
