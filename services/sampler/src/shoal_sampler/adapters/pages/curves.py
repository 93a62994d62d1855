"""Learning curves as one self-contained page."""

from collections.abc import Sequence
from math import isinf

from shoal.pages import Series, line_plot, render_page
from shoal_sampler.usecases.files.learning_curves import Curve, LabelCost

_OWN_COLOURS = {"random": "var(--grey)", "auto": "var(--good)"}
_COLOURS = (
    "var(--blue)",
    "#d9730d",
    "#7a5af8",
    "#0a9396",
    "#c2255c",
    "#5c7c0b",
    "#a0522d",
    "#3b7a99",
    "#9c36b5",
)
_AT_FIRST = 6  # as many lines as readers can distinguish; a click shows the others


def curves_page(results: Sequence[Curve], reached: Sequence[LabelCost], what: str) -> str:
    """Return the page. what: the data, in a few words."""
    series = _curve_series(results)
    on_top = sorted(series, key=lambda line: line.name == "auto")
    return render_page(
        __package__,
        "curves.html",
        what=what,
        series=series,
        shown=_first_strategies(results, reached),
        plot=line_plot(on_top, "labels", "accuracy"),
        needed=[_cost_cells(row) for row in sorted(reached, key=lambda row: row.labels)],
        budgets=[f"{budget:,}" for budget in results[0].budgets],
        accuracies=[_accuracy_cells(curve) for curve in results],
    )


def _cost_cells(row: LabelCost) -> tuple[str, str, str, str]:
    labels = "not reached" if isinf(row.labels) else f"{row.labels:,.0f}"
    ratio = "" if isinf(row.ratio) else f"{row.ratio:.2f}"
    return row.strategy, labels, ratio, str(row.reached)


def _accuracy_cells(curve: Curve) -> list[str]:
    cells = [curve.strategy]
    for index in range(len(curve.budgets)):
        mean, _, high = curve.interval(index)
        cells.append(f"{mean:.3f} ± {high - mean:.3f}")
    return cells


def _curve_points(curve: Curve) -> list[tuple[float, float, float, float]]:
    return [(float(budget), *curve.interval(index)) for index, budget in enumerate(curve.budgets)]


def _curve_series(results: Sequence[Curve]) -> list[Series]:
    """Return one line per strategy; when colours run out they repeat, dashed."""
    series, others = list[Series](), 0
    for index, curve in enumerate(results):
        colour, dashed = _OWN_COLOURS.get(curve.strategy), False
        if colour is None:
            colour, dashed = _COLOURS[others % len(_COLOURS)], others >= len(_COLOURS)
            others += 1
        points, css_class = _curve_points(curve), f"line-{index}"
        line = Series(name=curve.strategy, colour=colour, points=points, dashed=dashed, css_class=css_class)
        series.append(line)
    return series


def _first_strategies(results: Sequence[Curve], reached: Sequence[LabelCost]) -> set[str]:
    """Return the strategies shown at first: random, auto, and those that need the fewest labels."""
    names = [curve.strategy for curve in results]
    best = [row.strategy for row in sorted(reached, key=lambda row: row.labels)] or names
    first = [name for name in ("random", "auto") if name in names]
    return {*first, *[name for name in best if name not in first][: _AT_FIRST - len(first)]}
