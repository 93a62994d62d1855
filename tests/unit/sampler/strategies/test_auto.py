"""auto: what it knows, what it makes of it, and that it does what it says."""

import sys

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from shoal_sampler.domain.combining import without_near_duplicates
from shoal_sampler.domain.coverage import greedy
from shoal_sampler.domain.models.evidence import UNDECIDED, skill_of, weigh_uncertainty
from shoal_sampler.domain.models.joint import joint_vectors, opinion_weight
from shoal_sampler.domain.models.probe import fit_probe
from shoal_sampler.domain.models.uncertainty import margin_uncertainty
from shoal_sampler.domain.pools.pool import Pool, pool_of
from shoal_sampler.domain.strategies.auto import choose_automatically, choose_with_evidence
from shoal_sampler.domain.strategies.facility_location import facility_location, weighted_location
from shoal_sampler.domain.vectors.rows import Floats, Vectors
from shoal_sampler.domain.vectors.typicality import LEAST, row_typicality, typicality_weights
from unit.sampler.poolkit import unit_rows


def two_classes(chosen_scores: bool = True) -> Pool:
    """Return a pool whose class is the sign of the first column, and a model fitted to 60 rows of it."""
    x, chosen = unit_rows(0, 300, 6), unit_rows(1, 60, 6)
    labels = (chosen[:, 0] > 0).astype(np.int64)
    probe = fit_probe(chosen, labels, classes=2)
    of_chosen = probe.probabilities(chosen) if chosen_scores else None
    return pool_of(
        x, scores=probe.probabilities(x), chosen_vectors=chosen, labels=labels, chosen_scores=of_chosen
    )


def test_the_cosine_of_joined_rows_is_that_of_looks_and_of_opinions_by_their_weight() -> None:
    x, p = unit_rows(0, 20, 5), np.random.default_rng(0).dirichlet(np.ones(3), 20).astype(np.float32)
    rows = joint_vectors(x, p, 0.7)
    expected = (x @ x.T + 0.7 * np.sqrt(p) @ np.sqrt(p).T) / 1.7
    assert rows @ rows.T == pytest.approx(expected, abs=1e-3)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(20), abs=1e-3)


def test_rows_without_scores_are_torn_between_all_classes() -> None:
    p = np.array([[np.nan, np.nan], [1.0, 0.0], [np.nan, np.nan]], np.float32)
    rows = joint_vectors(np.zeros((3, 2), np.float32), p, 1.0)
    assert 2 * rows @ rows.T == pytest.approx(
        np.array([[1, 3**-0.5, 1], [3**-0.5, 1, 3**-0.5], [1, 3**-0.5, 1]])
    )


def test_opinions_weigh_by_the_spread_of_the_vectors_and_by_skill() -> None:
    wide, narrow = unit_rows(0, 300, 40), unit_rows(0, 300, 40) * 0.1 + np.eye(40, dtype=np.float32)[0]
    narrow /= np.linalg.norm(narrow, axis=1, keepdims=True)
    assert opinion_weight(wide, 1.0) == pytest.approx(2.0, abs=0.05)
    assert opinion_weight(narrow, 1.0) < 0.05
    assert opinion_weight(wide, 0.0) == 0


def test_skill_is_cohen_s_kappa_where_class_shares_agree_and_never_below_nought() -> None:
    truth = np.array([0] * 50 + [1] * 50)
    predicted = np.concatenate([np.zeros(40), np.ones(10), np.ones(40), np.zeros(10)]).astype(int)
    assert skill_of(0.8, truth) == pytest.approx(cohen_kappa_score(truth, predicted))
    assert skill_of(0.2, truth) == 0
    assert skill_of(1.0, np.zeros(5, int)) == 0


def test_a_model_of_noise_has_no_skill_and_one_of_a_rule_has() -> None:
    x = unit_rows(0, 400, 6)
    assert weigh_uncertainty(x, (x[:, 0] > 0).astype(np.int64), 2, 0).skill > 0.8
    assert weigh_uncertainty(x, np.random.default_rng(0).integers(0, 2, 400), 2, 0).skill < 0.2


def test_auto_is_weighted_location_of_joined_rows() -> None:
    pool = two_classes()
    ranking, evidence = choose_with_evidence(pool, 15)
    u = margin_uncertainty(pool.scores)
    importance = (evidence.trust * u + (1 - evidence.trust) * u.mean()) * typicality_weights(
        pool.vectors, evidence.ambiguity
    )
    weight = opinion_weight(pool.vectors, evidence.skill)
    both = np.concatenate([pool.vectors, pool.chosen_vectors])
    p = np.concatenate([pool.scores, pool.chosen_scores])
    similarity = (both @ pool.vectors.T + weight * np.sqrt(p) @ np.sqrt(pool.scores).T) / (1 + weight)
    similarity = np.maximum(similarity, 0)
    cover, total = similarity[300:].max(axis=0), importance.sum()
    for pick, score in zip(ranking.indices, ranking.scores, strict=True):
        gains = np.maximum(similarity[:300] - cover, 0) @ importance / total
        assert gains[pick] == pytest.approx(gains.max(), rel=2e-2, abs=1e-4)
        assert score == pytest.approx(gains[pick], rel=2e-2, abs=1e-4)
        cover = np.maximum(cover, similarity[pick])


def test_opinions_change_the_choice_and_are_left_out_where_they_are_not_known_of_what_is_chosen() -> None:
    by_both, by_looks = (
        choose_with_evidence(two_classes(), 15)[0],
        choose_with_evidence(two_classes(False), 15)[0],
    )
    assert by_both.indices.tolist() != by_looks.indices.tolist()
    pool = two_classes(False)
    evidence = choose_with_evidence(pool, 1)[1]
    u = margin_uncertainty(pool.scores)
    importance = (evidence.trust * u + (1 - evidence.trust) * u.mean()) * typicality_weights(
        pool.vectors, evidence.ambiguity
    )
    assert by_looks.indices.tolist() == weighted_location(pool, 15, importance).indices.tolist()


def test_typicality_is_the_cosine_with_the_nearest_other_row(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.concatenate([unit_rows(0, 90, 6), unit_rows(0, 2, 6)])  # two come twice
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -1)
    expected = np.clip(cosines.max(axis=1), LEAST, 1)
    for block in (1024, 7):
        monkeypatch.setattr(sys.modules[row_typicality.__module__], "_BLOCK", block)
        assert row_typicality(rows) == pytest.approx(expected)
    assert row_typicality(rows)[[0, 1, 90, 91]] == pytest.approx(1)
    assert row_typicality(rows[:1]).tolist() == pytest.approx([LEAST])


def test_rows_count_against_their_typicality_without_ambiguity_and_by_it_where_there_is_nothing_else() -> (
    None
):
    rows = unit_rows(0, 90, 6)
    t = row_typicality(rows)
    assert typicality_weights(rows, 0) == pytest.approx(t**-0.5)
    assert typicality_weights(rows, UNDECIDED) == pytest.approx(1)
    assert typicality_weights(rows, 1) == pytest.approx(t)


def test_a_class_of_rows_unlike_each_other_is_not_left_out_of_the_first_batch() -> None:
    rows = np.random.default_rng(0).standard_normal((800, 60)).astype(np.float32)
    rows[:400, 10:] *= 0.2  # these are nearer to each other
    pool = pool_of(rows / np.linalg.norm(rows, axis=1, keepdims=True))
    plain, picks = (
        float((how(pool, 40).indices >= 400).mean()) for how in (facility_location, choose_automatically)
    )
    assert 0 < 1.5 * plain < picks < 0.5


def test_errors_that_remain_speak_for_ambiguity() -> None:
    x, rng = unit_rows(0, 400, 6), np.random.default_rng(0)
    right = (x[:, 0] > 0).astype(np.int64)
    wrong = np.where(rng.random(400) < 0.3, 1 - right, right)
    assert (
        weigh_uncertainty(x, right, 2, 0).ambiguity
        < 0.4
        < 0.65
        < weigh_uncertainty(x, wrong, 2, 0).ambiguity
        < 0.8
    )
    assert weigh_uncertainty(x[:20], wrong[:20], 2, 0).ambiguity < 0.2


def test_a_pool_in_parts_is_seen_with_opinions_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(greedy, "TABLE_VALUES", 60 * 300)  # five parts
    asked: list[int] = []

    def watched(vectors: Vectors, scores: Floats, weight: float) -> Vectors:
        asked.append(len(vectors))
        return joint_vectors(vectors, scores, weight)

    monkeypatch.setattr(sys.modules[choose_with_evidence.__module__], "joint_vectors", watched)
    monkeypatch.setattr(sys.modules[weighted_location.__module__], "LANDMARKS", 100)
    by_both = choose_with_evidence(two_classes(), 15)[0].indices.tolist()
    assert max(asked) < 300
    assert by_both != choose_with_evidence(two_classes(False), 15)[0].indices.tolist()


def test_equal_importances_are_facility_location() -> None:
    pool = pool_of(unit_rows(0, 200), chosen_vectors=unit_rows(9, 10))
    expected = facility_location(pool, 12).indices.tolist()
    assert weighted_location(pool, 12, np.full(200, 0.3, np.float32)).indices.tolist() == expected


def test_opinions_of_picks_are_known_while_near_duplicates_are_passed_over() -> None:
    asked: list[Pool] = []

    def watched(pool: Pool, k: int) -> object:
        asked.append(pool)
        return choose_with_evidence(pool, min(k, 4))[0]

    found = without_near_duplicates(watched, 0.999)(two_classes(), 10)  # type: ignore[arg-type]
    assert len(found) == 10
    assert len(asked) > 1
    assert all(pool.chosen_scores.shape == (len(pool.chosen_vectors), 2) for pool in asked)


def test_the_same_seed_gives_the_same_picks() -> None:
    first, second = choose_with_evidence(two_classes(), 20)[0], choose_with_evidence(two_classes(), 20)[0]
    assert first.indices.tolist() == second.indices.tolist()
