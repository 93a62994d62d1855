"""The report on a vote simulation: accuracy by votes spent, as one self-contained page."""

from math import isnan

from shoal.pages import Series, format_percent, line_plot, render_page
from shoal_qa.domain.stopping.prices import PriceOutcome
from shoal_qa.usecases.files.votes_needed import Curve, Needed, Replays

PRICE_COLUMNS = ("votes", "reviewed", "right after reviews", "accepted by votes", "right of accepted", "cost")


def votes_page(replays: Replays, what: str, measured: str) -> str:
    """Return the page as HTML. what: name of the data. measured: what accuracy is measured against."""
    series = [
        Series(name="one by one", colour="var(--good)", points=_curve_points(replays.sequential)),
        Series(name="fixed number", colour="var(--grey)", points=_curve_points(replays.fixed)),
    ]
    return render_page(
        __package__,
        "votes.html",
        what=what,
        measured=measured,
        replays=len(replays.simulations),
        headline=_headline_cards(replays),
        series=series,
        plot=line_plot(series, "votes per task", "accuracy", ".1f"),
        rows=[_needed_cells(needed, replays.votes_per_task) for needed in replays.needed],
        price_columns=["review price", *PRICE_COLUMNS],
        prices=[price_cells(outcome) for outcome in replays.prices],
    )


def saved_share(replays: Replays) -> tuple[str, str]:
    """Return the share of votes that stopping task by task would have saved, and a sentence about it."""
    for needed in replays.needed:
        if needed.sequential is not None:
            share = format_percent(max(0.0, 1 - needed.sequential / replays.votes_per_task))
            price = "at the same accuracy" if not needed.less else f"with {_points_less(needed)} of accuracy"
            return share, f"of the votes could have been saved by asking for votes one by one, {price}"
    return "none", "of the votes could have been saved: with fewer votes accuracy is lower here"


def price_cells(outcome: PriceOutcome) -> list[str]:
    """Return the cells of a table row on one price of a review."""
    price = "no reviews" if outcome.review_price is None else f"{outcome.review_price:g}"
    right = "" if isnan(outcome.accepted_accuracy) else format_percent(outcome.accepted_accuracy)
    shares = (outcome.reviewed, outcome.accuracy, outcome.accepted)
    return [price, f"{outcome.votes:.2f}", *map(format_percent, shares), right, f"{outcome.cost:.2f}"]


def _points_less(needed: Needed) -> str:
    return f"{100 * needed.less:g} point{'' if needed.less == 0.01 else 's'} less"


def _headline_cards(replays: Replays) -> list[tuple[str, str]]:
    """Return the headline numbers with their meanings."""
    meaning = f"accuracy with all votes, {replays.votes_per_task:.1f} per task"
    return [(format_percent(replays.accuracy), meaning), saved_share(replays)]


def _needed_cells(needed: Needed, all_votes: float) -> list[str]:
    comparison = "as with all votes" if not needed.less else _points_less(needed)
    cells = [f"{format_percent(needed.accuracy)}, {comparison}"]
    for votes in (needed.sequential, needed.fixed):
        if votes is None:
            cells += ["not reached", ""]
        else:
            cells += [f"{votes:.2f}", format_percent(votes / all_votes)]
    return cells


def _curve_points(curve: Curve) -> list[tuple[float, float, float, float]]:
    columns = (curve.votes_per_task, curve.accuracy, curve.low, curve.high)
    return list(zip(*(column.tolist() for column in columns), strict=True))
