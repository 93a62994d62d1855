"""Learning curves as one self-contained page."""

from collections.abc import Sequence
from html import escape
from math import isinf

from shoal.pages import Series, curves, page, table
from shoal_sampler.usecases.files.learning_curves import Curve, Needed

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
_AT_FIRST = 6  # lines that can be told apart; the others wait for a click


def curves_page(found: Sequence[Curve], reached: Sequence[Needed], what: str) -> str:
    """Return the page. what: the data in a few words."""
    series = _series(found)
    on_top = sorted(series, key=lambda each: each.name == "auto")
    budgets = found[0].budgets
    cells = [[each.strategy, *(_cell(each, place) for place in range(len(budgets)))] for each in found]
    body = (
        f'<h1>What each strategy would have bought</h1><p class="lead">{escape(what)}; a linear model on frozen '
        "embeddings, tested on rows that no strategy sees. Bands are 95 % intervals over seeds.</p>"
        + _key(series, _shown(found, reached))
        + f"<figure><figcaption>Accuracy by labels bought</figcaption>{curves(on_top, 'labels', 'accuracy')}</figure>"
        + "<h2>Labels needed to reach random&#39;s final accuracy</h2>"
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


def _series(found: Sequence[Curve]) -> list[Series]:
    """Return a line a strategy; where colours run out they come again, dashed."""
    known = {"random": "var(--grey)", "auto": "var(--good)"}
    series, others = list[Series](), 0
    for place, each in enumerate(found):
        colour, dashed = known.get(each.strategy), False
        if colour is None:
            colour, dashed = _COLOURS[others % len(_COLOURS)], others >= len(_COLOURS)
            others += 1
        series.append(Series(each.strategy, colour, _points(each), dashed, f"line-{place}"))
    return series


def _shown(found: Sequence[Curve], reached: Sequence[Needed]) -> set[str]:
    """Return the strategies whose lines are there at first: random, auto, and what needs the fewest labels."""
    names = [each.strategy for each in found]
    best = [each.strategy for each in sorted(reached, key=lambda one: one.labels)] or names
    first = [name for name in ("random", "auto") if name in names]
    return {*first, *[name for name in best if name not in first][: _AT_FIRST - len(first)]}


def _key(series: Sequence[Series], shown: set[str]) -> str:
    """Return what the lines are, each with a box that shows or hides it: by style rules alone, without a script."""
    boxes, rules = list[str](), list[str]()
    for each in series:
        checked = " checked" if each.name in shown else ""
        border = "dashed" if each.dashed else "solid"
        swatch = f'<i style="background:none;height:0;border-top:3px {border} {each.colour};vertical-align:4px"></i>'
        boxes.append(
            f'<label style="cursor:pointer"><input type="checkbox" id="{each.css_class}"{checked}> '
            f"<span>{swatch}{escape(each.name)}</span></label>"
        )
        rules.append(f"body:has(#{each.css_class}:not(:checked)) .{each.css_class}{{display:none}}")
    return f'<style>{"".join(rules)}</style><div class="key" style="flex-wrap:wrap">{"".join(boxes)}</div>'
