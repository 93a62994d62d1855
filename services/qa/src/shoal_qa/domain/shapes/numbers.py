"""Numbers: the centre of the answers, with more weight for precise annotators and little for outliers.

An answer is the task's value plus noise from Student's t with DEGREES of freedom and the annotator's spread:

    weight  u = (d + 1) / (d + residual^2 / spread^2)           outliers count less
    value     = sum of u / spread^2 x answer over the same sum of weights
    spread^2  = (sum of the mean of u x residual^2 + s x crowd) / (answers + s)

The mean is over what the answers leave possible for the value, which is no more certain than that: residuals
from the value itself would make the annotators with the largest weights seem ever more precise. `crowd` is
the geometric mean of all. Source: Lange, Little and Taylor, "Robust statistical modeling using the t
distribution", JASA 84 (1989).

Values are shares of the range of possible answers, from 0 to 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.votes.arrays import Floats, Ints

DEGREES = 4.0
SHRINK = 4.0  # weight of the crowd's spread, in answers
EXPECTED = 0.05  # spread of a crowd before any answer, and SHRINK answers that say so
LEAST = 1e-4  # spread of people who always agree
ROUNDS, FIT_ROUNDS = 50, 12
CLOSE = 0.05  # relative change of spreads
MOST_CELLS = 4_000_000  # nodes x answers of some tasks at a time
RANGE = (0.0, 1.0)
WITHOUT_RANGE = (-1.0, 2.0)  # so far beyond that nothing is cut
NODES = 0.5 * np.sinh(np.linspace(-4.5, 4.5, 33))  # around each answer, in spreads


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberAnswers:
    """The answers of tasks that have equally many. value: (tasks, answers). annotator: (tasks, answers)."""

    value: Floats
    annotator: Ints


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberBelief:
    """What is possible for the values: density at nodes. node, density, below: (tasks, nodes), by node.

    below: the probability that the value is below a node.
    """

    node: Floats
    density: Floats
    below: Floats

    def interval(self, share: float) -> tuple[Floats, Floats]:
        """Return the ends of the central intervals that hold values with this probability: (tasks,) each."""
        low = np.full(len(self.node), (1 - share) / 2)
        return _rows_at(self.below, self.node, low), _rows_at(self.below, self.node, 1 - low)

    def mass(self, low: Floats, high: Floats) -> Floats:
        """Return the probability that values lie between: (tasks,). low, high: (tasks,)."""
        return _rows_at(self.node, self.below, high) - _rows_at(self.node, self.below, low)


def fit_spreads(groups: Sequence[NumberAnswers], annotators: int) -> Floats:
    """Return one sigma of each annotator, and last that of the crowd: (annotators + 1,)."""
    shared = [group for group in groups if group.value.shape[1] > 1]
    counts = np.zeros(annotators)
    for group in shared:
        counts += np.bincount(group.annotator.ravel(), minlength=annotators)
    spread = np.full(annotators + 1, _first_spread(shared))
    for _ in range(FIT_ROUNDS):
        squares = np.zeros(annotators)
        for group in shared:
            squares += np.bincount(group.annotator.ravel(), _mean_squares(group, spread).ravel(), annotators)
        before, spread = spread, _shrunk_spreads(squares, counts)
        if np.abs(np.log(spread / before)).max() < CLOSE:
            break
    return spread


def robust_means(value: Floats, spread: Floats) -> Floats:
    """Return the values of tasks by annotators of known spread: (tasks,). Both: (tasks, answers).

    Each stops on its own, so that it does not depend on other tasks.
    """
    precision = spread**-2.0
    centre, moves = np.median(value, axis=1), np.ones(len(value), np.bool_)
    for _ in range(ROUNDS):
        weight = (DEGREES + 1) / (DEGREES + (value - centre[:, None]) ** 2 * precision) * precision
        before, centre = centre, np.where(moves, (weight * value).sum(axis=1) / weight.sum(axis=1), centre)
        moves = np.abs(centre - before) >= LEAST / 10
        if not moves.any():
            break
    return np.asarray(centre)


def believe_numbers(
    value: Floats, spread: Floats, nodes: Floats = NODES, *, limits: tuple[float, float] = RANGE
) -> NumberBelief:
    """Return what the answers leave possible for the values, all between limits equally likely before.

    value, spread: (tasks, answers).
    """
    node = (value[:, :, None] + spread[:, :, None] * nodes).reshape(len(value), -1)
    ends = np.broadcast_to(limits, (len(value), 2))
    node = np.sort(np.clip(np.concatenate([node, ends], axis=1), *limits), axis=1)
    ratio = 1 + ((node[:, :, None] - value[:, None, :]) / spread[:, None, :]) ** 2 / DEGREES
    log = -(DEGREES + 1) / 2 * _sum_of_logs(ratio)
    density = np.exp(log - log.max(axis=1, keepdims=True))
    pieces = (density[:, 1:] + density[:, :-1]) / 2 * np.diff(node, axis=1)
    below = np.concatenate([np.zeros((len(node), 1)), np.cumsum(pieces, axis=1)], axis=1)
    return NumberBelief(
        node=node, density=density / below[:, -1:], below=below / np.maximum(below[:, -1:], 1e-300)
    )


def task_blocks(tasks: int, answers: int) -> list[slice]:
    """Return the tasks in parts whose beliefs fit into memory."""
    size = max(1, MOST_CELLS // (answers**2 * len(NODES)))
    return [slice(first, first + size) for first in range(0, tasks, size)]


def _mean_squares(group: NumberAnswers, spread: Floats) -> Floats:
    """Return the mean of u x residual^2 of each answer: (tasks, answers)."""
    out = np.empty(group.value.shape)
    for rows in task_blocks(*group.value.shape):
        value, own = group.value[rows], spread[group.annotator[rows]]
        belief = believe_numbers(value, own, NODES[::2])
        squares = (belief.node[:, :, None] - value[:, None, :]) ** 2
        tail = (DEGREES + 1) / (DEGREES + squares / own[:, None, :] ** 2)
        share = np.gradient(belief.node, axis=1) * belief.density
        share /= share.sum(axis=1, keepdims=True)
        out[rows] = np.einsum("tn,tna->ta", share, tail * squares)
    return out


def _shrunk_spreads(squares: Floats, counts: Floats) -> Floats:
    own = np.maximum(squares / np.maximum(counts, 1), LEAST**2)
    crowd = (counts @ np.log(own) + SHRINK * np.log(EXPECTED**2)) / (counts.sum() + SHRINK)
    variance = (squares + SHRINK * np.exp(crowd)) / (counts + SHRINK)
    return np.asarray(np.sqrt(np.maximum(np.append(variance, np.exp(crowd)), LEAST**2)))


def _first_spread(groups: Sequence[NumberAnswers]) -> float:
    """Return a robust spread of all answers around their tasks' medians."""
    apart = [np.abs(group.value - np.median(group.value, axis=1)[:, None]) for group in groups]
    distances = np.concatenate([EXPECTED * np.ones(1), *(rows.ravel() for rows in apart)])
    return max(1.4826 * float(np.median(distances)), float(distances.mean()) / 2, LEAST)


def _sum_of_logs(ratio: Floats) -> Floats:
    """Return the sums of logarithms along the last axis; one logarithm for several factors is faster."""
    blocks = [np.log(ratio[:, :, at : at + 8].prod(axis=2)) for at in range(0, ratio.shape[2], 8)]
    return np.asarray(np.sum(blocks, axis=0))


def _rows_at(x: Floats, y: Floats, at: Floats) -> Floats:
    """Return y at one x of each row, between the points of a line: (rows,). x, y: (rows, points), rising."""
    right = np.clip((x < at[:, None]).sum(axis=1), 1, x.shape[1] - 1)
    rows = np.arange(len(x))
    x0, x1, y0, y1 = x[rows, right - 1], x[rows, right], y[rows, right - 1], y[rows, right]
    share = np.clip((at - x0) / np.where(x1 > x0, x1 - x0, 1.0), 0, 1)
    return np.asarray(y0 + (y1 - y0) * share)
