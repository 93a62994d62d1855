"""Numbers: values and spreads of precise and sloppy people, intervals and probabilities that hold."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import minimize_scalar
from scipy.stats import t as student

from shoal_qa.domain.shapes.numbers import (
    DEGREES,
    EXPECTED,
    LEAST,
    NumberAnswers,
    believe_numbers,
    fit_spreads,
    robust_means,
)


def draw_answers(
    rng: np.random.Generator, spread: np.ndarray, *, tasks: int, votes: int, normal: bool = False
) -> tuple[NumberAnswers, np.ndarray]:
    """Return answers with noise of the model, or a normal one, and the right values."""
    truth = rng.uniform(0.2, 0.8, tasks)
    who = np.argsort(rng.random((tasks, len(spread))), axis=1)[:, :votes].astype(np.int32)
    noise = rng.normal(size=(tasks, votes)) if normal else rng.standard_t(DEGREES, (tasks, votes))
    return NumberAnswers(value=np.clip(truth[:, None] + spread[who] * noise, 0, 1), annotator=who), truth


def test_values_are_closer_than_mean_and_median_and_spreads_are_found() -> None:
    rng = np.random.default_rng(0)
    spread = np.array([0.006, 0.006, 0.01, 0.02, 0.05, 0.08, 0.08])
    answers, truth = draw_answers(rng, spread, tasks=400, votes=5)
    found = fit_spreads([answers], 7)
    assert found[:7] == pytest.approx(spread, rel=0.5)
    value = robust_means(answers.value, found[answers.annotator])
    ours, median = (np.abs(centre - truth).mean() for centre in (value, np.median(answers.value, axis=1)))
    assert ours < 0.7 * median < np.abs(answers.value.mean(axis=1) - truth).mean()


def test_the_value_is_the_top_of_the_likelihood() -> None:
    value, spread = np.array([[0.3, 0.34, 0.7]]), np.array([[0.02, 0.04, 0.05]])

    def cost(at: float) -> float:
        return float(-student.logpdf((value[0] - at) / spread[0], DEGREES).sum())

    best = minimize_scalar(cost, bounds=(0.25, 0.4), method="bounded").x
    assert robust_means(value, spread)[0] == pytest.approx(best, abs=1e-4)


@pytest.mark.parametrize("answers", [[0.5], [0.3, 0.34], [0.3, 0.32, 0.9], [0.0, 0.02, 0.01, 0.05, 1.0]])
def test_beliefs_are_the_integrals_of_the_likelihood(answers: list[float]) -> None:
    value, spread = np.array([answers]), np.full((1, len(answers)), 0.03)

    def likelihood(at: float) -> float:
        return float(np.exp(student.logpdf((value[0] - at) / 0.03, DEGREES).sum()))

    def integral(low: float, high: float) -> float:
        edges = np.unique(np.clip([low, *np.linspace(0, 1, 41), high], low, high))
        return sum(quad(likelihood, a, b)[0] for a, b in pairwise(edges))

    belief = believe_numbers(value, spread)
    low, high = belief.interval(0.9)
    whole = integral(0, 1)
    assert integral(0, float(low[0])) / whole == pytest.approx(0.05, abs=0.01)
    assert integral(0, float(high[0])) / whole == pytest.approx(0.95, abs=0.01)
    mass = belief.mass(np.array([0.28]), np.array([0.38]))[0]
    assert mass == pytest.approx(integral(0.28, 0.38) / whole, abs=0.01)


@pytest.mark.parametrize("normal", [False, True])
@pytest.mark.parametrize("votes", [2, 3, 5])
def test_nine_of_ten_intervals_hold_the_right_value_and_probabilities_hold_too(
    votes: int, normal: bool
) -> None:
    covered, claimed, held = [], [], []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        spread = np.exp(rng.normal(np.log(0.03), 0.5, 20))
        answers, truth = draw_answers(rng, spread, tasks=400, votes=votes, normal=normal)
        own = fit_spreads([answers], 20)[answers.annotator]
        belief, value = believe_numbers(answers.value, own), robust_means(answers.value, own)
        low, high = belief.interval(0.9)
        covered.append(((low <= truth) & (truth <= high)).mean())
        claimed.append(belief.mass(value - 0.05, value + 0.05).mean())
        held.append((np.abs(value - truth) <= 0.05).mean())
    assert np.mean(covered) == pytest.approx(0.9, abs=0.03)
    assert np.mean(claimed) == pytest.approx(np.mean(held), abs=0.03)


def test_single_answers_and_none_say_nothing_about_spreads() -> None:
    alone = NumberAnswers(value=np.array([[0.1], [0.9]]), annotator=np.array([[0], [1]], np.int32))
    assert fit_spreads([alone], 2) == pytest.approx([EXPECTED] * 3)
    assert fit_spreads([], 1) == pytest.approx([EXPECTED] * 2)


def test_people_who_always_agree_have_a_small_spread() -> None:
    same = np.repeat(np.linspace(0.1, 0.9, 40)[:, None], 3, axis=1)
    found = fit_spreads(
        [NumberAnswers(value=same, annotator=np.tile(np.arange(3, dtype=np.int32), (40, 1)))], 3
    )
    assert LEAST <= found.min() <= found.max() < EXPECTED / 4


@settings(max_examples=40)
@given(
    st.lists(st.floats(0.2, 0.5), min_size=2, max_size=8),
    st.floats(-0.2, 0.5),
    st.randoms(use_true_random=False),
)
def test_values_move_with_the_answers_whatever_their_order(
    answers: list[float], shift: float, random
) -> None:  # type: ignore[no-untyped-def]
    value, spread = np.array([answers]), np.full((1, len(answers)), 0.05)
    centre = robust_means(value, spread)[0]
    assert value.min() - 1e-9 <= centre <= value.max() + 1e-9
    shuffled = np.array([random.sample(answers, len(answers))])
    assert robust_means(shuffled + shift, spread)[0] == pytest.approx(centre + shift, abs=1e-3)
