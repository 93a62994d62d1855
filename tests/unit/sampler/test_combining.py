"""Quotas, balance, targets, near duplicates inside a choice, combinations, and auto's evidence."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from shoal_sampler.domain import combining
from shoal_sampler.domain.combining import (
    normalised_ranks,
    novelty_scores,
    weighted_combination,
    with_target_shares,
    without_near_duplicates,
)
from shoal_sampler.domain.models.evidence import area_under_roc, weigh_uncertainty
from shoal_sampler.domain.models.probe import fit_probe
from shoal_sampler.domain.pools.pool import pool_of
from shoal_sampler.domain.pools.quotas import pick_classes, predicted_classes
from shoal_sampler.domain.strategies import STRATEGIES
from shoal_sampler.domain.strategies.auto import choose_with_evidence
from shoal_sampler.domain.strategies.facility_location import weighted_location
from shoal_sampler.domain.vectors import nearest
from shoal_sampler.domain.vectors.typicality import typicality_weights
from unit.sampler.poolkit import scored, unit_rows

counts = st.lists(st.integers(0, 30), min_size=1, max_size=6)


@given(counts, st.integers(0, 60), st.randoms())
@settings(max_examples=100, deadline=None)
def test_quotas_never_take_what_is_not_there_and_leave_nothing(
    available: list[int], k: int, random: object
) -> None:
    c = len(available)
    target = np.array([random.random() for _ in range(c)])  # type: ignore[attr-defined]
    labelled = np.array([random.randrange(10) for _ in range(c)])  # type: ignore[attr-defined]
    taken = np.bincount(pick_classes(target, labelled, np.array(available), k), minlength=c)
    assert (taken <= available).all()
    assert taken.sum() == min(k, sum(available))


def test_quotas_reach_the_target_counting_what_is_labelled() -> None:
    order = pick_classes(np.array([0.5, 0.3, 0.2]), np.array([40, 0, 0]), np.full(3, 1000), 60)
    assert np.bincount(order, minlength=3).tolist() == [10, 30, 20]


def test_a_class_of_target_nought_comes_last() -> None:
    order = pick_classes(np.array([0.0, 1.0]), np.zeros(2, np.int64), np.array([5, 3]), 6)
    assert order.tolist() == [1, 1, 1, 0, 0, 0]


def test_balance_evens_out_predicted_classes() -> None:
    pool = scored(0, 900, classes=3)
    skewed = pool[np.flatnonzero((predicted_classes(pool) == 0) | (np.arange(900) % 10 == 0))]
    picks = with_target_shares(STRATEGIES["margin"], np.array([1.0, 1.0, 1.0, 0.0]))(skewed, 30).indices
    assert np.bincount(predicted_classes(skewed)[picks], minlength=3).tolist() == [10, 10, 10]
    plain = STRATEGIES["stratified"](skewed, 30).indices
    assert np.bincount(predicted_classes(skewed)[plain], minlength=3).tolist() == [10, 10, 10]


@pytest.mark.parametrize("name", ["margin", "herding", "random"])
def test_no_two_picks_are_near_duplicates(name: str) -> None:
    pool = scored(4, 200, d=3, chosen_vectors=unit_rows(77, 5, 3))
    picks = without_near_duplicates(STRATEGIES[name], 0.95)(pool, 25).indices
    rows = np.concatenate([pool.vectors[picks], pool.chosen_vectors])
    similarity = rows @ rows.T
    np.fill_diagonal(similarity, -1)
    assert len(picks) == 25
    assert similarity[:25].max() < 0.95


def test_fewer_come_back_where_everything_is_a_duplicate() -> None:
    pool = pool_of(np.repeat(unit_rows(0, 2), 10, axis=0))
    assert len(without_near_duplicates(STRATEGIES["random"], 0.99)(pool, 5)) == 2


def test_near_duplicates_are_those_of_a_plain_search_in_any_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = pool_of(unit_rows(4, 300, 3), draws=np.random.default_rng(4).random(300).astype(np.float32))
    plain: list[int] = []
    for row in STRATEGIES["random"](pool, 300).indices:
        if all(pool.vectors[row] @ pool.vectors[other] < 0.9 for other in plain):
            plain.append(int(row))
    for rows, chosen, picks in ((16_384, 1024, 1024), (70, 3, 5)):
        monkeypatch.setattr(nearest, "_ROWS", rows)
        monkeypatch.setattr(nearest, "_OTHERS", chosen)
        monkeypatch.setattr(combining, "_BLOCK", picks)
        found = without_near_duplicates(STRATEGIES["random"], 0.9)(pool, 300)
        assert found.indices.tolist() == plain


def test_a_combination_is_a_weighted_sum_of_ranks() -> None:
    pool = scored(6, 50, chosen_vectors=unit_rows(3, 4))
    margins = normalised_ranks(1 - np.sort(pool.scores, axis=1)[:, -1] + np.sort(pool.scores, axis=1)[:, -2])
    worth = 2 * margins - 0.5 * normalised_ranks(novelty_scores(pool))
    expected = np.lexsort((pool.draws, -worth))[:10].tolist()
    assert weighted_combination({"margin": 2, "novelty": -0.5})(pool, 10).indices.tolist() == expected
    with pytest.raises(ValueError, match="colour cannot be combined: use margin"):
        weighted_combination({"colour": 1})


def test_ranks_share_ties_and_put_what_is_unknown_in_the_middle() -> None:
    assert normalised_ranks(np.array([3.0, 1.0, np.nan, 3.0])) == pytest.approx([0.75, 0.0, 0.5, 0.75])


def test_novelty_is_the_distance_to_the_nearest_chosen() -> None:
    pool = pool_of(np.eye(3, dtype=np.float32), chosen_vectors=np.eye(3, dtype=np.float32)[:1])
    assert novelty_scores(pool) == pytest.approx([0, 1, 1])


@pytest.mark.parametrize("classes", [2, 5])
def test_the_probe_is_scikit_learn_s_logistic_regression(classes: int) -> None:
    rng = np.random.default_rng(classes)
    x = unit_rows(1, 300, 12)
    y = (x @ rng.normal(size=(12, classes)) + 0.5 * rng.normal(size=(300, classes))).argmax(axis=1)
    ours = fit_probe(x, y, classes=classes, strength=10.0, rounds=2000).probabilities(x)
    theirs = LogisticRegression(C=10.0, tol=1e-8, max_iter=5000).fit(x, y)
    if classes == 2:  # one weight vector there, the difference of two here: |a|^2 + |b|^2 = |a - b|^2 / 2
        theirs = LogisticRegression(C=20.0, tol=1e-8, max_iter=5000).fit(x, y)
    assert ours == pytest.approx(theirs.predict_proba(x), abs=0.02)


def test_the_area_under_roc_is_scikit_learn_s() -> None:
    rng = np.random.default_rng(0)
    scores, positive = np.round(rng.random(200), 1).astype(np.float32), rng.random(200) < 0.3
    assert area_under_roc(scores, positive) == pytest.approx(roc_auc_score(positive, scores))
    assert np.isnan(area_under_roc(scores, np.zeros(200, bool)))


def test_uncertainty_is_trusted_where_it_finds_errors_and_not_where_labels_are_noise() -> None:
    rng = np.random.default_rng(0)
    x = unit_rows(0, 400, 6)
    clean = (x[:, :2] @ np.eye(2)).argmax(axis=1)
    assert weigh_uncertainty(x, clean, 2, 0).trust > 0.5
    noise = rng.integers(0, 2, 400)
    assert weigh_uncertainty(x, noise, 2, 0).trust < 0.25


def test_auto_covers_without_a_model_and_asks_a_probe_once_there_are_labels() -> None:
    pool = pool_of(unit_rows(0, 200), chosen_vectors=unit_rows(1, 30))
    ranking, evidence = choose_with_evidence(pool, 10)
    assert evidence.regime == "coverage"
    regions_alike = weighted_location(pool, 10, typicality_weights(pool.vectors, 0))
    assert ranking.indices.tolist() == regions_alike.indices.tolist()
    labels = (pool.chosen_vectors[:, 0] > 0).astype(np.int64)
    ranking, evidence = choose_with_evidence(
        pool_of(pool.vectors, chosen_vectors=pool.chosen_vectors, labels=labels), 10
    )
    assert (evidence.regime, evidence.labelled, evidence.classes) == ("uncertainty", 30, 2)
    assert abs(pool.vectors[ranking.indices, 0]).mean() < abs(pool.vectors[:, 0]).mean()
    one_class, evidence = choose_with_evidence(
        pool_of(pool.vectors, chosen_vectors=pool.chosen_vectors, labels=np.zeros(30, int)), 5
    )
    assert (evidence.regime, len(one_class)) == ("coverage", 5)


def test_auto_takes_the_model_s_scores_at_half_trust_without_labels() -> None:
    _, evidence = choose_with_evidence(scored(0, 100), 10)
    assert (evidence.regime, evidence.trust) == ("uncertainty", 0.5)
