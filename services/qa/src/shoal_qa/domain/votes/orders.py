"""Orders of votes in which sums read memory sequentially. Built once, used in every round of a fit."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[np.integer]

DEEP, NARROW = 64, 256  # beyond DEEP layers, one with fewer than NARROW positions is not worth a pass
DIGIT = 16  # bits: numpy sorts integers of 16 bits by counting


@dataclass(frozen=True, slots=True)
class TaskLayers:
    """Votes in layers: layer j holds the j-th vote of each task, tasks with the most votes first.

    The sum over the votes of each task adds one layer after another, each as long as the previous one or
    shorter: the jagged diagonals of sparse matrices (Saad, "Iterative Methods for Sparse Linear Systems", 2nd
    ed., section 3.4). A cell is annotator * classes + label; it is negative for an annotator that is not in
    the fit.
    """

    task: Indices  # (tasks,): the task at each position
    layers: tuple[Indices, ...]  # cells; each layer starts with the vote of position 0
    rest: Indices  # cells of the votes beyond the layers, by position
    starts: Indices  # where the rest of each position begins, for positions with one

    def sums(self, rows: NDArray[np.float64], start: int, stop: int) -> NDArray[np.float64]:
        """Return the sums of rows[cell] over the votes of positions [start, stop): (positions, columns)."""
        out = np.zeros((stop - start, rows.shape[1]))
        gathered = np.empty_like(out)
        for layer in self.layers:
            cells = layer[start:stop]
            if not len(cells):
                break
            row = gathered[: len(cells)]
            rows.take(cells, axis=0, out=row, mode="wrap")
            out[: len(cells)] += row
        for position in range(start, min(stop, len(self.starts))):
            end = self.starts[position + 1] if position + 1 < len(self.starts) else len(self.rest)
            out[position - start] += _sum_rows(rows, self.rest[self.starts[position] : end])
        return out


@dataclass(frozen=True, slots=True)
class CellRuns:
    """Votes by annotator and label: those of cell[i] are task[starts[i]:starts[i + 1]]."""

    task: Indices  # (votes,)
    cell: Indices  # (cells with a vote,)
    starts: Indices  # (cells with a vote + 1,)

    def parts(self, votes: int) -> list[tuple[int, int]]:
        """Return ranges of cells with about `votes` votes each."""
        marks = np.searchsorted(self.starts, np.arange(0, len(self.task), votes))
        edges = np.unique(np.append(marks, len(self.cell))).tolist()
        return list(pairwise(edges))

    def sums(self, column: NDArray[np.float64], start: int, stop: int) -> NDArray[np.float64]:
        """Return the sums of column[task] over the votes of cells [start, stop): (cells,)."""
        begin, end = self.starts[start], self.starts[stop]
        return np.add.reduceat(column.take(self.task[begin:end]), self.starts[start:stop] - begin)


def by_task(task: Indices, cell: Indices, tasks: int) -> TaskLayers:
    """Return the votes in layers, in O(votes). task, cell: (votes,).

    Raises ValueError for a task outside [0, tasks).
    """
    counts = np.bincount(task, minlength=tasks)
    if len(counts) > tasks:
        raise ValueError(f"task must lie in [0, {tasks})")
    cell = cell[stable_order(task, tasks)]
    positions = stable_order(counts.max(initial=0) - counts, int(counts.max(initial=0)) + 1)
    counts, first = counts[positions], (np.cumsum(counts) - counts)[positions]
    wide = tasks - np.searchsorted(counts[::-1], np.arange(counts.max(initial=0)), side="right")
    depth = min(len(wide), max(DEEP, int((wide >= NARROW).sum())))
    layers = tuple(cell[first[:many] + j] for j, many in enumerate(wide[:depth].tolist()))
    deeper = counts[counts > depth] - depth
    rest = [cell[at + depth : at + depth + many] for at, many in zip(first, deeper, strict=False)]
    starts = np.cumsum(deeper) - deeper
    return TaskLayers(positions, layers, np.concatenate([*rest, cell[:0]]), starts)


def by_cell(task: Indices, cell: Indices, cells: int) -> CellRuns:
    """Return the votes of each cell, in their original order. Raises ValueError for a negative cell."""
    if len(cell) and cell.min() < 0:
        raise ValueError("votes to learn from need an annotator number of 0 or more")
    order = stable_order(cell, cells)
    cell = cell[order]
    starts = np.flatnonzero(np.append(True, cell[1:] != cell[:-1])[: len(cell)])
    return CellRuns(task[order], cell[starts], np.append(starts, len(cell)))


def stable_order(key: Indices, keys: int) -> Indices:
    """Return the stable sort order of key, (n,) in [0, keys): a radix sort, O(n) per 16 bits."""
    if len(key) < 2 or (key[1:] >= key[:-1]).all():
        return np.arange(len(key))
    order = np.argsort((key & (2**DIGIT - 1)).astype(np.uint16), kind="stable")
    for shift in range(DIGIT, max(keys - 1, 1).bit_length(), DIGIT):
        digit = (key >> shift & (2**DIGIT - 1)).astype(np.uint16)
        order = order[np.argsort(digit[order], kind="stable")]
    return order


def _sum_rows(rows: NDArray[np.float64], cells: Indices) -> NDArray[np.float64]:
    """Return the sum of rows[cells], in chunks of cells."""
    total = np.zeros(rows.shape[1])
    for start in range(0, len(cells), 2**DIGIT):
        total += rows.take(cells[start : start + 2**DIGIT], axis=0, mode="wrap").sum(axis=0)
    return total
