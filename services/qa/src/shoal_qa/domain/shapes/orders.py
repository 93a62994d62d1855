"""Orders of the same candidates by annotators who differ in sharpness, and the right order behind them.

Bradley and Terry: an annotator of sharpness b puts candidate i before j with the odds exp(b (s_i - s_j)). If
all pairs form an order, and the strengths s are evenly spaced along the right order, that order is given with

    p(order | right order) is proportional to exp(-b d / 2),   d = sum of squared differences of ranks

Ranks of tied candidates are their mean. An annotator of sharpness 0 answers at random, of negative sharpness
the opposite. Up to MOST_LISTED candidates all orders are listed, so that posteriors are exact; with more,
orders are sampled. Ties weigh what makes them as frequent before any answer as they are among the answers,
and who sees a tie says so with the chance SAYS_TIE. Wrong ties are a third as frequent as ties among the
answers.

Source: Mallows, "Non-null ranking models I", Biometrika 44 (1957), who derives the model from Bradley and
Terry's; expectation-maximisation for annotators.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, permutations, product, repeat

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.votes.arrays import Floats, Ints

Indices = NDArray[np.intp]

MOST_LISTED = 5
SAMPLES, BURN_IN = 200, 20  # of orders that are not listed, each after as many exchanges as candidates
MOST_CELLS = 4_000_000  # pairs of candidates, of some jobs at a time
FEWEST_TIED = 0.25  # share of pairs before any fit, where somebody answers with a tie
SAYS_TIE, WRONG_TIES = 0.7, 1 / 3


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAnswers:
    """Orders of jobs that have equally many candidates.

    ranks: (answers, candidates), from 0, means where tied. job: (answers,), in [0, jobs). annotator:
    (answers,), numbers or UNKNOWN.
    """

    ranks: Floats
    job: Ints
    annotator: Ints
    jobs: int

    def pulls(self, sharpness: Floats) -> tuple[Floats, Floats]:
        """Return the sums of sharpness x ranks, (jobs, candidates), and of sharpness, (jobs,).

        sharpness: (answers,).
        """
        candidates = self.ranks.shape[1]
        cell = self.job[:, None] * candidates + np.arange(candidates)
        sums = np.bincount(cell.ravel(), (sharpness[:, None] * self.ranks).ravel(), self.jobs * candidates)
        total = np.bincount(self.job, sharpness, self.jobs)
        return sums.reshape(self.jobs, candidates).astype(np.float64), total.astype(np.float64)

    def tie_odds(self, tied: float) -> Floats:
        """Return the log odds of a tie that answers give for each pair: (jobs, pairs of candidates)."""
        says, wrongly = SAYS_TIE, min(tied * WRONG_TIES, SAYS_TIE / 2)
        yes, no = np.log(says / wrongly), np.log((1 - says) / (1 - wrongly))
        one, other = np.triu_indices(self.ranks.shape[1], 1)
        cell = self.job[:, None] * len(one) + np.arange(len(one))
        same = np.asarray(self.ranks[:, one] == self.ranks[:, other], np.float64)
        odds = np.bincount(cell.ravel(), (no + (yes - no) * same).ravel(), self.jobs * len(one))
        return np.asarray(odds.reshape(self.jobs, len(one)), np.float64)

    def parts(self) -> "Iterator[tuple[OrderAnswers, slice]]":
        """Yield the answers of some jobs at a time, and which jobs, which bounds memory. Sorted by job."""
        size = max(1, MOST_CELLS // self.ranks.shape[1] ** 2)
        for first in range(0, self.jobs, size):
            last = min(first + size, self.jobs)
            rows = slice(*np.searchsorted(self.job, [first, last]))
            yield (
                OrderAnswers(
                    ranks=self.ranks[rows],
                    job=self.job[rows] - first,
                    annotator=self.annotator[rows],
                    jobs=last - first,
                ),
                slice(first, last),
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderBelief:
    """What is believed of jobs. best: (jobs, candidates), the ranks of the most probable order.

    probability: (jobs,), that no more than a share of pairs is in another order. mean: (jobs, candidates),
    expected ranks. squares: (jobs,), expected sum of squared ranks.
    """

    best: Floats
    probability: Floats
    mean: Floats
    squares: Floats

    def distances(self, answers: OrderAnswers) -> Floats:
        """Return half the expected squared distance of each answer from the right order: (answers,)."""
        own = (answers.ranks**2).sum(axis=1)
        shared = (answers.ranks * self.mean[answers.job]).sum(axis=1)
        return np.asarray((own + self.squares[answers.job]) / 2 - shared)


def believed_orders(
    answers: OrderAnswers, sharpness: Floats, *, tied: float, tolerance: float, samples: int = SAMPLES
) -> OrderBelief:
    """Return what is believed of each job.

    sharpness: (answers,). tied: the expected share of tied pairs; 0 if no order has ties. tolerance: the
    share of pairs in another order up to which an order is right. samples: of more than MOST_LISTED
    candidates.
    """
    pull, total = answers.pulls(sharpness)
    ties = answers.tie_odds(tied) if tied > 0 else None
    if answers.ranks.shape[1] <= MOST_LISTED:
        return _listed_belief(pull, total, ties, tied=tied, tolerance=tolerance)
    return _sampled_belief(pull, total, ties, tied=tied, tolerance=tolerance, samples=samples)


def tied_share(ranks: Floats) -> Floats:
    """Return the share of tied pairs of each order: (orders,). ranks: (orders, candidates)."""
    same = _tied_pairs(ranks)
    return np.asarray(same.mean(axis=1)) if same.shape[1] else np.zeros(len(ranks))


def turned_share(one: Floats, other: Floats) -> Floats:
    """Return the share of pairs in another order, half if tied in one only. Both: (orders, candidates)."""
    first, second = np.triu_indices(one.shape[1], 1)
    signs = [np.sign(ranks[:, first] - ranks[:, second]) for ranks in (one, other)]
    apart = np.abs(signs[0] - signs[1])
    return np.asarray(apart.mean(axis=1) / 2 if len(first) else np.zeros(len(one)))


def turned_share_without_ties(one: Floats, other: Floats) -> Floats:
    """Return the share of pairs in another order: (orders,).

    Both: (orders, candidates), all ranks of an order different. The pairs are the inversions of `other` in
    the order of `one`, counted for all pairs of a distance at once.
    """
    candidates = one.shape[1]
    by_one = np.take_along_axis(other, one.argsort(axis=1), axis=1).T.astype(np.int16, order="C")
    turned = np.zeros(len(one), np.int64)
    for apart in range(1, candidates):
        turned += (by_one[:-apart] > by_one[apart:]).sum(axis=0)
    return np.asarray(turned / max(candidates * (candidates - 1) // 2, 1))


def mean_ranks(places: Ints) -> Floats:
    """Return ranks from 0, means where tied. places: (orders, candidates), of each candidate's group."""
    before = (places[:, None, :] < places[:, :, None]).sum(axis=2)
    equal = (places[:, None, :] == places[:, :, None]).sum(axis=2)
    return np.asarray(before + (equal - 1) / 2)


def _listed_belief(
    pull: Floats, total: Floats, tie_odds: Floats | None, *, tied: float, tolerance: float
) -> OrderBelief:
    ranks, near = _listed_orders(pull.shape[1], tied > 0, tolerance)
    squares, ties = (ranks**2).sum(axis=1), tied_share(ranks)
    score = pull @ ranks.T - total[:, None] * squares / 2 + _tie_weight(pull.shape[1], tied) * ties
    if tie_odds is not None:
        score += tie_odds @ _tied_pairs(ranks).T
    score -= score.max(axis=1, keepdims=True)
    posterior = np.exp(score)
    posterior /= posterior.sum(axis=1, keepdims=True)
    best = posterior.argmax(axis=1)
    return OrderBelief(
        best=ranks[best],
        probability=np.minimum((posterior * near[best]).sum(axis=1), 1.0),
        mean=posterior @ ranks,
        squares=posterior @ squares,
    )


def _sampled_belief(
    pull: Floats, total: Floats, tie_odds: Floats | None, *, tied: float, tolerance: float, samples: int
) -> OrderBelief:
    candidates = pull.shape[1]
    order = np.argsort(pull, axis=1, kind="stable")
    places = np.argsort(order, axis=1).astype(np.float64)
    mean_rank = pull / np.where(total != 0, total, 1)[:, None]
    best = mean_ranks(_close_places(mean_rank)) if tied > 0 else places
    mean, near = np.zeros(pull.shape), np.zeros(len(pull))
    right_ties = _right_ties(best, tie_odds, tied, samples)
    share = turned_share if tied > 0 else turned_share_without_ties
    for ranks, less in zip(_sampled_orders(pull, order, samples), right_ties, strict=True):
        mean += ranks
        near += share(best, ranks) - less <= tolerance + 1e-9
    squares = float((np.arange(candidates) ** 2).sum())
    return OrderBelief(
        best=best,
        probability=near / samples,
        mean=mean / samples,
        squares=np.full(len(pull), squares),
    )


def _right_ties(best: Floats, tie_odds: Floats | None, tied: float, samples: int) -> Iterator[Floats]:
    """Yield how far orders without ties seem from `best` by such of its ties as are right: (jobs,) each.

    Whether a tie is right is drawn anew each time.
    """
    if tie_odds is None:
        yield from repeat(np.zeros(len(best)), samples)
        return
    ties, rng = _tied_pairs(best), np.random.default_rng(best.shape[1])
    before = min(tied, 0.95)
    right = 1 / (1 + np.exp(-(tie_odds + np.log(before / (1 - before)))))
    for _ in range(samples):
        yield np.asarray((ties * (rng.random(ties.shape[1]) < right)).mean(axis=1) / 2)


def _tied_pairs(ranks: Floats) -> Floats:
    """Return which pairs of candidates are tied: (orders, pairs), 0 or 1."""
    one, other = np.triu_indices(ranks.shape[1], 1)
    return np.asarray(ranks[:, one] == ranks[:, other], np.float64)


def _sampled_orders(pull: Floats, order: Indices, samples: int) -> Iterator[Floats]:
    """Yield the ranks of orders by Metropolis's walk of exchanges: (jobs, candidates) each.

    order: (jobs, candidates), the candidates by rank at the start. All jobs propose the same exchanges, so
    that the belief about a job does not depend on the others.
    """
    candidates = pull.shape[1]
    by_rank = np.take_along_axis(pull, order, axis=1).T.copy()
    order, rank = order.T.copy(), np.arange(candidates, dtype=np.float64)
    exchanges = iter(_proposed_exchanges(candidates, samples))
    for sample in range(-BURN_IN, samples):
        for one, other, level in islice(exchanges, candidates):
            first, second = by_rank[one], by_rank[other]
            swap = level < (other - one) * (first - second)
            if swap.any():
                for state in (order, by_rank):
                    first, second = state[one], state[other]
                    state[one], state[other] = np.where(swap, second, first), np.where(swap, first, second)
        if sample >= 0:
            ranks = np.empty(pull.shape)
            np.put_along_axis(ranks, order.T, np.broadcast_to(rank, pull.shape), axis=1)
            yield ranks


@lru_cache(maxsize=8)
def _proposed_exchanges(candidates: int, samples: int) -> Sequence[tuple[int, int, float]]:
    """Return the exchanges that a walk proposes: two ranks, and the log odds that accept each."""
    rng, out = np.random.default_rng(candidates), []
    for _ in range((BURN_IN + samples) * candidates):
        one, other = sorted(rng.choice(candidates, 2, replace=False).tolist())
        other = one + 1 if rng.random() < 0.5 else other
        out.append((one, other, float(np.log(rng.random()))))
    return out


def _close_places(values: Floats) -> Ints:
    """Return the number of distinct smaller values of each: (jobs, candidates)."""
    order = np.argsort(values, axis=1, kind="stable")
    steps = np.diff(np.take_along_axis(values, order, axis=1), axis=1, prepend=0) > 1e-6
    steps[:, 0] = False
    places = np.empty(values.shape, np.int32)
    np.put_along_axis(places, order, np.cumsum(steps, axis=1).astype(np.int32), axis=1)
    return places


@lru_cache(maxsize=64)
def _listed_orders(candidates: int, ties: bool, tolerance: float) -> tuple[Floats, Floats]:
    """Return all orders, (orders, candidates), and which are near which: (orders, orders), 0 or 1."""
    places = product(range(candidates), repeat=candidates) if ties else permutations(range(candidates))
    rows = [row for row in places if set(row) == set(range(max(row) + 1))]
    ranks = mean_ranks(np.array(rows, np.int32))
    one, other = np.triu_indices(candidates, 1)
    signs = np.sign(ranks[:, one] - ranks[:, other])
    apart = np.abs(signs[:, None] - signs[None]).mean(axis=2) / 2 if len(one) else np.zeros((1, 1))
    return ranks, (apart <= tolerance + 1e-9).astype(np.float64)


@lru_cache(maxsize=64)
def _tie_weight(candidates: int, tied: float) -> float:
    """Return the weight of a share of tied pairs that makes the expected share `tied` before any answer."""
    if tied <= 0:
        return 0.0
    share = tied_share(_listed_orders(candidates, True, 0.0)[0])
    grid = np.linspace(-60, 60, 1201)
    weight = np.exp(grid[:, None] * (share - (grid[:, None] > 0)))
    return float(np.interp(tied, (weight @ share) / weight.sum(axis=1), grid))
