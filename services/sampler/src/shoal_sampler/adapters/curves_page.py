"""Learning curves as one self-contained page."""

from collections.abc import Sequence
from html import escape
from math import isinf

from shoal.pages import Series, curves, page, table
from shoal_sampler.usecases.learning_curves import Curve, Needed

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


def curves_page(found: Sequence[Curve], reached: Sequence[Needed], what: str) -> str:
    """Return the page. what: the data in a few words."""
    colours = _colours([each.strategy for each in found])
    series = [Series(each.strategy, colours[each.strategy], _points(each)) for each in found]
    key = "".join(f'<span><i style="background:{s.colour}"></i>{escape(s.name)}</span>' for s in series)
    budgets = found[0].budgets
    cells = [[each.strategy, *(_cell(each, place) for place in range(len(budgets)))] for each in found]
    body = (
        f'<h1>What each strategy would have bought</h1><p class="lead">{escape(what)}; a linear model on frozen '
        "embeddings, tested on rows that no strategy sees. Bands are 95 % intervals over seeds.</p>"
        f'<div class="key" style="flex-wrap:wrap">{key}</div>'
        f"<figure><figcaption>Accuracy by labels bought</figcaption>{curves(series, 'labels', 'accuracy')}</figure>"
        "<h2>Labels needed to reach random&#39;s final accuracy</h2>"
        + _needed(reached)
        + "<h2>Accuracy</h2>"
        + table(["strategy", *(f"{budget:,}" for budget in budgets)], cells)
    )
    return page("Shoal: learning curves", body)


def _needed(reached: Sequence[Needed]) -> str:
    if not reached:
        return "<p>Add random to the strategies to compare with it.</p>"
    rows = []
    for each in sorted(reached, key=lambda one: one.labels):
        labels = "not reached" if isinf(each.labels) else f"{each.labels:,.0f}"
        ratio = "" if isinf(each.ratio) else f"{each.ratio:.2f}"
        rows.append([each.strategy, labels, ratio, str(each.reached)])
    return table(["strategy", "labels", "of random's", "seeds that got there"], rows)


def _cell(each: Curve, place: int) -> str:
    mean, _, high = each.interval(place)
    return f"{mean:.3f} ± {high - mean:.3f}"


def _points(each: Curve) -> list[tuple[float, float, float, float]]:
    return [(float(budget), *each.interval(place)) for place, budget in enumerate(each.budgets)]


def _colours(names: Sequence[str]) -> dict[str, str]:
    colours = {"random": "var(--grey)", "auto": "var(--good)"}
    others = [name for name in names if name not in colours]
    return colours | {name: _COLOURS[place % len(_COLOURS)] for place, name in enumerate(others)}
