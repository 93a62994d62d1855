"""Comparisons and rankings against choix and evalica, by hand, and with annotators who answer at random."""

import choix
import evalica
import numpy as np
import pytest

from shoal_qa.domain.shapes.pairs import pairs_of_rankings, rank_items

ITEMS = 8


def comparisons(
    seed: int, many: int = 800, tie: float = 0.0, sharpness: tuple[float, ...] = (1.0,)
) -> tuple[np.ndarray, ...]:
    """Return one, other, score, annotator, strength under Davidson's model."""
    rng = np.random.default_rng(seed)
    strength = np.linspace(-1.5, 1.5, ITEMS)
    one = rng.integers(ITEMS, size=many)
    other = (one + rng.integers(1, ITEMS, many)) % ITEMS
    who = rng.integers(len(sharpness), size=many)
    d = np.array(sharpness)[who] * (strength[one] - strength[other])
    weights = np.stack([np.exp(d / 2), np.full(many, tie), np.exp(-d / 2)])
    draw = rng.random(many) * weights.sum(axis=0)
    score = np.where(draw < weights[0], 1.0, np.where(draw < weights[:2].sum(axis=0), 0.5, 0.0))
    return one, other, score, who.astype(np.int32), strength


@pytest.mark.parametrize("penalty", [0.01, 1.0])
def test_without_ties_and_annotators_it_is_choix_s(penalty: float) -> None:
    one, other, score, who, _ = comparisons(0)
    ours = rank_items(
        one, other, score, who, items=ITEMS, annotators=1, penalty=penalty, sharpness_per_annotator=False
    )
    won = [(i, j) if s else (j, i) for i, j, s in zip(one.tolist(), other.tolist(), score, strict=True)]
    theirs = choix.opt_pairwise(
        ITEMS, won, alpha=penalty / 2
    )  # choix adds alpha |s|^2, a Gaussian has half of it
    assert ours.strength - ours.strength.mean() == pytest.approx(theirs - theirs.mean(), abs=1e-3)


def test_the_order_is_evalica_s_with_ties_as_half_wins() -> None:
    one, other, score, who, _ = comparisons(1, tie=0.8, many=3000)
    ours = rank_items(one, other, score, who, items=ITEMS, annotators=1, sharpness_per_annotator=False)
    outcome = {1.0: evalica.Winner.X, 0.5: evalica.Winner.Draw, 0.0: evalica.Winner.Y}
    theirs = evalica.bradley_terry(
        [str(i) for i in one], [str(j) for j in other], [outcome[s] for s in score.tolist()]
    ).scores
    assert [str(i) for i in np.argsort(-ours.strength)] == list(theirs.sort_values(ascending=False).index)


def test_strengths_and_ties_are_found_again() -> None:
    one, other, score, who, strength = comparisons(2, tie=0.8, many=20_000)
    found = rank_items(one, other, score, who, items=ITEMS, annotators=1, sharpness_per_annotator=False)
    assert found.tie == pytest.approx(0.8, rel=0.05)
    assert found.strength == pytest.approx(strength, abs=0.12)
    expected = found.probability(np.array([7]), np.array([0]))[0]
    assert expected == pytest.approx(score[(one == 7) & (other == 0)].mean(), abs=0.04)


def test_it_is_the_top_of_the_likelihood() -> None:
    """No small change of one strength, or of the ties, makes the data and the prior more probable."""
    one, other, score, who, _ = comparisons(3, tie=0.5)
    found = rank_items(one, other, score, who, items=ITEMS, annotators=1, sharpness_per_annotator=False)

    def objective(strength: np.ndarray, tie: float) -> float:
        d = strength[one] - strength[other]
        y = d * (score - 0.5) + np.log(tie) * (score == 0.5) - np.log(np.exp(d / 2) + np.exp(-d / 2) + tie)
        return float(y.sum() - 0.05 * strength @ strength)

    best = objective(found.strength, found.tie)
    for step in (-0.01, 0.01):
        assert objective(found.strength, found.tie * (1 + step)) < best
        for item in range(ITEMS):
            assert objective(found.strength + step * np.eye(ITEMS)[item], found.tie) < best


def test_annotators_who_answer_anything_or_the_opposite_are_seen_through() -> None:
    sharp = (1.5, 1.5, 1.5, 0.0, 0.0, 0.0, -1.5)
    gains = []
    for seed in range(5):
        one, other, score, who, strength = comparisons(seed, 700, 0.3, sharp)
        told = rank_items(one, other, score, who, items=ITEMS, annotators=len(sharp))
        alike = rank_items(
            one, other, score, who, items=ITEMS, annotators=len(sharp), sharpness_per_annotator=False
        )
        assert told.sharpness[:3].min() > told.sharpness[3:6].max() > told.sharpness[6]
        assert told.sharpness[6] < 0
        gains.append(np.corrcoef(told.strength, strength)[0, 1] - np.corrcoef(alike.strength, strength)[0, 1])
    assert np.mean(gains) > 0.02


def test_rankings_are_all_their_pairs() -> None:
    better, worse, of = pairs_of_rankings(np.array([3, 1, 2, 0, 4]), np.array([0, 0, 0, 7, 7]))
    assert sorted(zip(better.tolist(), worse.tolist(), of.tolist(), strict=True)) == [
        (0, 4, 7),
        (1, 2, 0),
        (3, 1, 0),
        (3, 2, 0),
    ]
    found = rank_items(better, worse, np.ones(4), of * 0, items=5, annotators=1)
    assert found.strength[3] > found.strength[1] > found.strength[2]
    assert found.strength[0] > found.strength[4]


def test_who_never_loses_has_a_finite_strength_and_who_was_not_compared_an_average_one() -> None:
    found = rank_items(np.zeros(5, int), np.ones(5, int), np.ones(5), np.zeros(5, int), items=3, annotators=1)
    assert 0 < found.strength[0] < 10
    assert found.strength[2] == 0
    assert found.tie == 0


@pytest.mark.parametrize(("one", "other", "score"), [(0, 0, 1.0), (0, 1, 0.7), (0, 1, np.nan)])
def test_what_is_no_comparison_is_refused(one: int, other: int, score: float) -> None:
    with pytest.raises(ValueError, match="comparison"):
        rank_items(
            np.array([one]), np.array([other]), np.array([score]), np.array([0]), items=2, annotators=1
        )
