"""Accuracy by votes spent as one self-contained page."""

from html import escape

from shoal.pages import Series, curves, page, table
from shoal_qa.adapters.pages.words import count, percent
from shoal_qa.usecases.files.votes_needed import Curve, Needed, Replays

EXPLAINED = (
    '<p style="margin-top:14px"><b>One by one</b>: a task gets its next vote only while votes may settle it; '
    "each point is one level of certainty at which a task counts as settled. <b>Fixed number</b>: every task gets as "
    "many votes as every other. Both learn about annotators from no more votes than they have spent. Bands reach from "
    "the worst to the best order.</p><h2>Votes per task for the same accuracy</h2>"
)
CAVEAT = (
    '<p style="margin-top:14px">Who gives the next vote is taken as it came: asking better annotators first would save '
    "more. Tasks whose answer is known from the start cost nothing here and are not measured.</p>"
)


def votes_page(found: Replays, what: str, measured: str) -> str:
    """Return the page. what: the data; measured: what accuracy is measured with, in a few words each."""
    series = [
        Series("one by one", "var(--good)", _points(found.sequential)),
        Series("fixed number", "var(--grey)", _points(found.fixed)),
    ]
    key = "".join(f'<span><i style="background:{s.colour}"></i>{escape(s.name)}</span>' for s in series)
    rows = [_row(each, found.votes_per_task) for each in found.needed]
    shown = table(["accuracy", "one by one", "of all votes", "fixed number", "of all votes"], rows)
    body = (
        f'<h1>How many votes would have done</h1><p class="lead">{escape(what)}; the votes that were given, replayed '
        f"in {count(len(found.simulations), 'random order')}. Accuracy is {escape(measured)}.</p>"
        + _cards(found)
        + f'<div class="key">{key}</div><figure style="max-width:760px">'
        f"<figcaption>Accuracy by votes spent</figcaption>"
        f"{curves(series, 'votes per task', 'accuracy', '.1f')}</figure>{EXPLAINED}"
        + f'<div class="nowrap">{shown}</div>'
        + CAVEAT
    )
    return page("Shoal: votes needed", body)


def saving(found: Replays) -> tuple[str, str]:
    """Return how much asking one by one would have saved, and in words at which price."""
    for each in found.needed:
        if each.sequential is not None:
            saved = percent(max(0.0, 1 - each.sequential / found.votes_per_task))
            price = "at the same accuracy" if not each.less else f"at {_points_less(each)} of accuracy"
            return saved, f"of the votes could have been saved by asking one by one, {price}"
    return "none", "of the votes could have been saved: fewer are less accurate here"


def _points_less(each: Needed) -> str:
    return f"{100 * each.less:g} point{'' if each.less == 0.01 else 's'} less"


def _cards(found: Replays) -> str:
    cards = [
        (percent(found.accuracy), f"accuracy of all votes, {found.votes_per_task:.1f} a task"),
        saving(found),
    ]
    inside = "".join(f'<div class="card"><b>{escape(b)}</b><span>{escape(s)}</span></div>' for b, s in cards)
    return f'<div class="cards">{inside}</div>'


def _row(each: Needed, everything: float) -> list[str]:
    which = "as all votes" if not each.less else _points_less(each)
    cells = [f"{percent(each.accuracy)}, {which}"]
    for votes in (each.sequential, each.fixed):
        cells += ["not reached", ""] if votes is None else [f"{votes:.2f}", percent(votes / everything)]
    return cells


def _points(curve: Curve) -> list[tuple[float, float, float, float]]:
    columns = (curve.votes_per_task, curve.accuracy, curve.low, curve.high)
    return list(zip(*(each.tolist() for each in columns), strict=True))
