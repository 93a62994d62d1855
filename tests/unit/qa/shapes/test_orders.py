"""Orders: beliefs against a slow sum over all orders, and sharpness against the top of the likelihood."""

from itertools import permutations, product

import choix
import evalica
import numpy as np
import pytest
from scipy.optimize import minimize

from shoal_qa.domain.shapes import orders
from shoal_qa.domain.shapes.orders import (
    OrderAnswers,
    believed_orders,
    mean_ranks,
    tied_share,
    turned_share,
    turned_share_without_ties,
)
from shoal_qa.domain.shapes.sharpness import GRID, SHRINK, expected_distances, fit_sharpness
from unit.qa.shapes.shapeskit import ints


def answers_of(ranks: np.ndarray, job: np.ndarray, annotator: np.ndarray) -> OrderAnswers:
    return OrderAnswers(
        ranks=np.asarray(ranks, np.float64), job=job, annotator=annotator, jobs=int(job.max()) + 1
    )


def draw_orders(
    rng: np.random.Generator, sharpness: np.ndarray, *, jobs: int, votes: int, candidates: int
) -> tuple[OrderAnswers, np.ndarray]:
    """Return answers drawn from Mallows's model by a walk of exchanges, and the right ranks."""
    truth = np.argsort(rng.random((jobs, candidates)), axis=1)
    job = np.repeat(np.arange(jobs, dtype=np.int32), votes)
    who = np.argsort(rng.random((jobs, len(sharpness))), axis=1)[:, :votes].ravel().astype(np.int32)
    ranks, rows = truth[job].copy(), np.arange(len(job))
    for _ in range(30 * candidates):
        one, other = (rng.integers(candidates, size=len(job)) for _ in range(2))
        first, second = ranks[rows, one], ranks[rows, other]
        right = truth[job, one] - truth[job, other]
        cost = sharpness[who] * (first - second) * right  # of the exchange, half of its squared distance
        swap = rng.random(len(job)) < np.exp(-np.clip(cost, 0, 500))
        ranks[rows, one] = np.where(swap, second, first)
        ranks[rows, other] = np.where(swap, first, second)
    return answers_of(ranks, job, who), truth


@pytest.mark.parametrize("tolerance", [0.0, 0.2])
def test_the_belief_is_the_sum_over_all_orders(tolerance: float) -> None:
    rng = np.random.default_rng(0)
    answers, _ = draw_orders(rng, np.ones(5), jobs=6, votes=3, candidates=4)
    sharpness = rng.uniform(-0.5, 1.5, len(answers.job))
    found = believed_orders(answers, sharpness, tied=0.0, tolerance=tolerance)
    for job in range(6):
        rows = answers.job == job
        weight = {
            order: float(
                np.exp(-0.5 * (sharpness[rows] * ((answers.ranks[rows] - order) ** 2).sum(axis=1)).sum())
            )
            for order in permutations(range(4))
        }
        best = max(weight, key=lambda order: weight[order])
        pairs = [(i, j) for i in range(4) for j in range(i)]
        near = [
            order
            for order in weight
            if sum((order[i] < order[j]) != (best[i] < best[j]) for i, j in pairs) <= tolerance * 6
        ]
        total = sum(weight.values())
        assert found.best[job].tolist() == list(best)
        assert found.probability[job] == pytest.approx(sum(weight[order] for order in near) / total)
        mean = sum(weight[order] * np.array(order) for order in weight) / total
        assert found.mean[job] == pytest.approx(mean)


def test_before_any_answer_ties_are_as_frequent_as_expected() -> None:
    for candidates, tied in product((2, 3, 5), (0.05, 0.3, 0.8)):
        answers = answers_of(np.zeros((1, candidates)), ints(0), ints(0))
        ranks, _ = orders._listed_orders(candidates, True, 0.0)
        found = believed_orders(answers, np.zeros(1), tied=tied, tolerance=1.0)
        weight = np.exp(orders._tie_weight(candidates, tied) * tied_share(ranks))
        assert weight @ tied_share(ranks) / weight.sum() == pytest.approx(tied, abs=0.01)
        assert found.probability == pytest.approx([1.0])


def test_ranks_of_tied_candidates_are_their_mean() -> None:
    assert mean_ranks(np.array([[0, 1, 1, 2], [0, 0, 0, 0]])).tolist() == [[0, 1.5, 1.5, 3], [1.5] * 4]
    shares = turned_share(np.array([[0.0, 1, 2], [0, 1, 2]]), np.array([[0.5, 0.5, 2], [2, 1, 0]]))
    assert shares.tolist() == pytest.approx([1 / 6, 1])


def test_sampled_beliefs_are_close_to_those_by_all_orders(monkeypatch: pytest.MonkeyPatch) -> None:
    answers, _ = draw_orders(np.random.default_rng(1), np.full(9, 1.2), jobs=200, votes=3, candidates=5)
    sharpness = np.full(len(answers.job), 1.2)
    exact = believed_orders(answers, sharpness, tied=0.0, tolerance=0.1)
    monkeypatch.setattr(orders, "MOST_LISTED", 4)
    sampled = believed_orders(answers, sharpness, tied=0.0, tolerance=0.1)
    assert (sampled.best == exact.best).all(axis=1).mean() > 0.95
    assert np.abs(sampled.probability - exact.probability).mean() < 0.03
    assert np.abs(sampled.mean - exact.mean).mean() < 0.1


def test_expected_distances_are_those_of_drawn_orders() -> None:
    for candidates, sharpness in product((3, 5, 9), (0.0, 0.8, -0.8)):
        answers, truth = draw_orders(
            np.random.default_rng(2), np.full(3, sharpness), jobs=800, votes=3, candidates=candidates
        )
        half = ((answers.ranks - truth[answers.job]) ** 2).sum(axis=1).mean() / 2
        expected = np.interp(sharpness, GRID, expected_distances(candidates))
        assert half == pytest.approx(expected, rel=0.05 if candidates < 7 else 0.35)


def test_sharpness_is_the_top_of_the_likelihood_of_all_jobs() -> None:
    """A slow maximum of the probability of all answers and SHRINK further orders at the crowd's distance."""
    rng = np.random.default_rng(3)
    answers, _ = draw_orders(rng, np.array([2.0, 1.0, 0.2]), jobs=60, votes=3, candidates=3)
    fit = fit_sharpness([answers], 3)
    every = np.array(list(permutations(range(3))), np.float64)
    half = ((answers.ranks[:, None] - every) ** 2).sum(axis=2) / 2
    base = ((every - every[0]) ** 2).sum(axis=1) / 2
    usual = np.interp(fit.sharpness[-1], GRID, expected_distances(3))

    def cost(b: np.ndarray) -> float:
        norm = np.log(np.exp(-b[:, None] * base).sum(axis=1))
        score = np.zeros((60, 6))
        np.add.at(
            score, answers.job, -b[answers.annotator][:, None] * half - norm[answers.annotator][:, None]
        )
        return float(-np.log(np.exp(score).sum(axis=1)).sum() + SHRINK * (b * usual + norm).sum())

    best = minimize(cost, np.ones(3)).x
    assert fit.sharpness[:3] == pytest.approx(best, abs=0.05)


def test_annotators_who_order_at_random_or_the_opposite_are_seen_through() -> None:
    true = np.array([1.5, 1.5, 1.5, 0.8, 0.0, -1.0])
    answers, truth = draw_orders(np.random.default_rng(4), true, jobs=400, votes=3, candidates=4)
    fit = fit_sharpness([answers], 6)
    assert fit.sharpness[:6] == pytest.approx(true, abs=0.3)
    skilled = believed_orders(answers, fit.sharpness[answers.annotator], tied=0.0, tolerance=0.0)
    even = believed_orders(answers, np.ones(len(answers.job)), tied=0.0, tolerance=0.0)
    right = [(belief.best == truth).all(axis=1).mean() for belief in (skilled, even)]
    assert right[0] > right[1] + 0.15


@pytest.mark.parametrize(
    ("candidates", "sharpness", "jobs"), [(2, 2.0, 1000), (3, 1.0, 1000), (5, 0.5, 1000), (8, 0.3, 400)]
)
def test_without_gold_the_probability_holds_within_3_points(
    candidates: int, sharpness: float, jobs: int
) -> None:
    claimed, held = [], []
    for seed in range(2):
        rng = np.random.default_rng(seed)
        true = rng.uniform(0.3, 1.7, 12) * sharpness
        answers, truth = draw_orders(rng, true, jobs=jobs, votes=4, candidates=candidates)
        fit = fit_sharpness([answers], 12)
        belief = believed_orders(answers, fit.sharpness[answers.annotator], tied=0.0, tolerance=0.1)
        claimed.append(belief.probability.mean())
        held.append((turned_share(belief.best, truth.astype(np.float64)) <= 0.1).mean())
    assert np.mean(claimed) == pytest.approx(np.mean(held), abs=0.03)


def test_many_orders_by_equal_people_give_the_order_of_bradley_and_terry() -> None:
    answers, _ = draw_orders(np.random.default_rng(5), np.full(4, 0.5), jobs=1, votes=4, candidates=8)
    many = answers_of(
        np.concatenate([answers.ranks] * 3),
        np.zeros(12, np.int32),
        np.concatenate([answers.annotator] * 3),
    )
    found = believed_orders(many, np.ones(12), tied=0.0, tolerance=0.1).best[0]
    won = [(i, j) for row in many.ranks for i in range(8) for j in range(8) if row[i] < row[j]]
    strength = choix.opt_pairwise(8, won, alpha=0.01)
    assert np.argsort(found).tolist() == np.argsort(-strength).tolist()
    theirs = evalica.bradley_terry(
        [str(i) for i, _ in won], [str(j) for _, j in won], [evalica.Winner.X] * len(won)
    ).scores
    assert [str(i) for i in np.argsort(found)] == list(theirs.sort_values(ascending=False).index)


def test_parts_bound_memory_and_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    answers, _ = draw_orders(np.random.default_rng(6), np.ones(4), jobs=30, votes=3, candidates=4)
    whole = fit_sharpness([answers], 4)
    monkeypatch.setattr(orders, "MOST_CELLS", 64)
    assert len(list(answers.parts())) == 8
    assert fit_sharpness([answers], 4).sharpness == pytest.approx(whole.sharpness)


@pytest.mark.parametrize("candidates", [2, 3, 5, 7])
@pytest.mark.parametrize("tied", [0.05, 0.25, 0.6])
def test_ties_that_all_see_are_believed(candidates: int, tied: float) -> None:
    places = np.minimum(np.arange(candidates), candidates - 2)  # the last two are tied
    answers = OrderAnswers(
        ranks=np.tile(mean_ranks(places[None].astype(np.int32)), (3, 1)),
        job=np.zeros(3, np.int32),
        annotator=np.arange(3, dtype=np.int32),
        jobs=1,
    )
    found = believed_orders(answers, np.ones(3), tied=tied, tolerance=0.0)
    assert found.best[0].tolist() == answers.ranks[0].tolist()
    assert found.probability[0] > 0.6


@pytest.mark.parametrize("candidates", [3, 5])
def test_one_tie_against_two_orders_is_none_where_ties_are_usual(candidates: int) -> None:
    order = np.arange(candidates)
    places = np.stack([np.minimum(order, candidates - 2), order, order]).astype(np.int32)
    answers = OrderAnswers(
        ranks=mean_ranks(places), job=np.zeros(3, np.int32), annotator=np.arange(3, dtype=np.int32), jobs=1
    )
    found = believed_orders(answers, np.ones(3), tied=0.3, tolerance=0.0)
    assert found.best[0].tolist() == order.tolist()


def test_pairs_in_another_order_are_counted_alike_with_and_without_ties() -> None:
    rng = np.random.default_rng(4)
    one, other = (np.argsort(rng.random((30, 17)), axis=1).astype(np.float64) for _ in range(2))
    assert (turned_share_without_ties(one, other) == turned_share(one, other)).all()
    assert (turned_share_without_ties(one[:, :1] * 0, other[:, :1] * 0) == 0).all()
