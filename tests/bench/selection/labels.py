"""Label efficiency: every strategy on every set, and the labels it needs to reach random's final accuracy.

Writes the pages and the tables of docs/selection.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.console import Console
from tests.bench.selection.document import put
from tests.bench.selection.sets import ROOT, Set, sets

from shoal_sampler.adapters.pages.curves import curves_page
from shoal_sampler.domain.strategies import file_strategies
from shoal_sampler.usecases.files.learning_curves import Curve, label_costs, simulate_strategies, split_rows

SEEDS = 5
PAGES = ROOT / "docs" / "selection"
err = Console(stderr=True)
NAMES = file_strategies()


@dataclass(frozen=True, slots=True)
class Result:
    """One set's curves."""

    name: str
    classes: int
    rows: int
    curves: Sequence[Curve]


def measure(names: Sequence[str] = NAMES, seeds: int = SEEDS) -> list[Result]:
    """Return the curves of every set."""
    results = []
    for each in sets():
        data, test = split_rows(each.x, each.y.tolist(), (each.test_x, each.test_y.tolist()), seed=0)
        curves = list(simulate_strategies(data, test, strategies=names, budgets=each.budgets, seeds=seeds))
        results.append(Result(each.name, data.classes, len(data.labels), curves))
        err.print(f"{each.name}: " + ", ".join(f"{n.strategy} {n.ratio:.2f}" for n in label_costs(curves)))
        _page(each, results[-1])
    return results


def write(results: Sequence[Result]) -> None:
    """Put the tables into the document."""
    put("measured", tables(results))


def tables(results: Sequence[Result]) -> str:
    """Return two Markdown tables: labels needed as shares of random's, and accuracy at the middle budget."""
    names = [curve.strategy for curve in results[0].curves]
    lines = [
        "Labels needed to reach random's accuracy at the largest budget, as a share of random's; - means never.",
        "",
    ]
    lines += _head(results)
    for name in names:
        cells = [_share(result, name) for result in results]
        lines.append(f"| {_bold(name)} | " + " | ".join(cells) + " |")
    lines += ["", "Accuracy at the middle budget, mean of 5 seeds, ± half of the 95 % interval.", ""]
    lines += _head(results)
    for name in names:
        lines.append(f"| {_bold(name)} | " + " | ".join(_accuracy(result, name) for result in results) + " |")
    return "\n".join(lines)


def _head(results: Sequence[Result]) -> list[str]:
    names = " | ".join(f"{each.name} ({each.curves[0].budgets[-1]} of {each.rows:,})" for each in results)
    return [f"| strategy | {names} |", "|---|" + "---|" * len(results)]


def _bold(name: str) -> str:
    return f"**{name}**" if name == "auto" else name


def _share(result: Result, name: str) -> str:
    found = next(each for each in label_costs(result.curves) if each.strategy == name)
    return "-" if np.isinf(found.ratio) else f"{found.ratio:.2f}"


def _accuracy(result: Result, name: str) -> str:
    curve = next(each for each in result.curves if each.strategy == name)
    mean, _, high = curve.interval(len(curve.budgets) // 2)
    return f"{mean:.3f} ± {high - mean:.3f}"


def _page(each: Set, result: Result) -> None:
    PAGES.mkdir(parents=True, exist_ok=True)
    file = PAGES / (each.name.lower().replace(":", "").replace(",", "").replace(" ", "-") + ".html")
    what = f"{each.name}: {result.rows:,} rows, {result.classes} classes, {SEEDS} seeds"
    Path(file).write_text(curves_page(result.curves, label_costs(result.curves), what), encoding="utf-8")
