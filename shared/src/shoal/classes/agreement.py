"""Check of the order of columns against labels: a refusal that names the order that would fit."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from shoal.classes.columns import ColumnClasses, classes_option
from shoal.classes.guard import BetterOrder, better_order
from shoal.classes.order import ordered_classes
from shoal.files.errors import BadInput

FEWEST = 50  # rows that show whether labels and a model have anything in common
CHANCE = 0.05  # kappa below which they have nothing in common
MOST_SHOWN = 3_000  # characters of an order in a message
BLOCK = 65_536  # rows

Warn = Callable[[str], None]
Ints = NDArray[np.integer]


def check_order(classes: ColumnClasses, labels: Ints, predicted: Ints, *, what: str, warn: Warn) -> None:
    """Raise BadInput if the labels agree far better with another order of the columns.

    labels, predicted: (rows,), the column of each label and that of the highest probability. what: the matrix
    in messages. If the file names its columns, their order is no guess and the labels may be that wrong: it
    warns only. It also warns if labels and probabilities have nothing in common.
    """
    better = better_order(labels, predicted, len(classes.names), _usual_orders(classes.names, labels))
    if better is not None:
        names = [classes.names[column] for column in better.order.tolist()]
        if not classes.named:
            raise BadInput(_fault_of(what, better, names), field="classes")
        warn(
            f"{what}: {_shares_of(better)}; either the columns have wrong names (in order: {', '.join(names[:20])} "
            "would fit), or most of these labels are wrong"
        )
    elif _is_chance(labels, predicted):
        warn(
            f"{what}: labels and probabilities agree on {(labels == predicted).mean():.0%} of {len(labels):,} "
            "rows, as often as by chance: check that the rows of both are in the same order"
        )


def best_columns(p: NDArray[np.floating]) -> NDArray[np.int64]:
    """Return the column of the highest probability of each row: (rows,). p: (rows, columns)."""
    blocks = range(0, len(p), BLOCK)
    return np.concatenate([np.asarray(p[start : start + BLOCK]).argmax(axis=1) for start in blocks])


def _fault_of(what: str, better: BetterOrder, names: Sequence[str]) -> str:
    option = classes_option(names)
    if len(option) > MOST_SHOWN:
        option = f"{option[:MOST_SHOWN]}... (in a file, one class a line)"
    return f"{what}: {_shares_of(better)}; if that is the order of the columns, give {option}"


def _shares_of(better: BetterOrder) -> str:
    return (
        f"labels and probabilities agree on {better.present:.0%} of the rows, "
        f"but on {better.better:.0%} with the classes in another order"
    )


def _usual_orders(names: Sequence[str], labels: Ints) -> list[Sequence[int]]:
    """Return orders that are often confused: as text, as numbers, as they first come, shifted, reversed."""
    number = {name: index for index, name in enumerate(names)}
    first = dict.fromkeys(labels.tolist())
    present = list(range(len(names)))
    orders: list[Sequence[int]] = [
        [number[name] for name in sorted(names)],
        [number[name] for name in sorted(names, key=str.casefold)],
        [number[name] for name in ordered_classes(names)],
        list(dict.fromkeys([*first, *present])),
        np.argsort(-np.bincount(labels, minlength=len(names)), kind="stable").tolist(),
        [*present[1:], 0],
        [present[-1], *present[:-1]],
        present[::-1],
    ]
    return [order for order in orders if order != present]


def _is_chance(labels: Ints, predicted: Ints) -> bool:
    """Return whether labels agree with the predicted classes no more than by chance, by Cohen's kappa."""
    if len(labels) < FEWEST:
        return False
    columns = int(max(labels.max(), predicted.max())) + 1
    shares = [np.bincount(side, minlength=columns) / len(labels) for side in (labels, predicted)]
    chance = float((shares[0] * shares[1]).sum())
    if chance > 1 - CHANCE:
        return False
    return (float((labels == predicted).mean()) - chance) / (1 - chance) < CHANCE
