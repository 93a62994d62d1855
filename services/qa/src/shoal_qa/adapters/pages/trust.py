"""Whether probabilities hold, and how many labels may be accepted: two plots, and what they say in plain words."""

from html import escape
from math import isnan

import numpy as np

from shoal.pages import Dot, Line, Shares, start_of_axis
from shoal_qa.adapters.pages.words import count, percent
from shoal_qa.domain.calibration.reliability import Reliability
from shoal_qa.usecases.files.facts import Facts


def trust(facts: Facts) -> str:
    """Return the part of the page on probabilities and on what may be accepted."""
    if facts.reliability is None:
        return (
            "<h2>Can the labels be trusted?</h2><p>Nothing here can check it: no answer is known for certain. "
            "Probabilities are drawn towards doubt, since annotators err together on hard tasks. Answer some tasks "
            "yourself, drawn at random, and give them as <code>--gold</code>: then this page measures how far the "
            f"probabilities hold, and promises how many of the accepted labels are right.</p><p>{_promise(facts)}</p>"
        )
    said = (
        "Do the probabilities mean what they say?",
        _plot(facts.reliability),
        _calibration(facts.reliability),
    )
    accepted = ("How much may be accepted?", _coverage(facts), f"{_lines(facts)} {_promise(facts)}")
    figures = "".join(
        f'<div><figure><figcaption>{head}</figcaption>{drawn}</figure><p style="margin-top:12px">{told}</p></div>'
        for head, drawn, told in (said, accepted)
    )
    return f'<h2>Can the labels be trusted?</h2><div class="pair">{figures}</div>'


def _plot(found: Reliability) -> str:
    start = start_of_axis(float(min(found.confidence.min(), found.low.min())))
    sizes = 3.5 + 6 * np.sqrt(found.count / found.count.max())
    columns = (found.confidence, found.accuracy, found.low, found.high, sizes)
    rows = zip(*(each.tolist() for each in columns), found.count.tolist(), strict=True)
    dots = [
        Dot(x, y, low, high, size, f"said {percent(x)}, right {percent(y)} of {count(number, 'answer')}")
        for x, y, low, high, size, number in rows
    ]
    diagonal = Line("says what it means", "var(--grey)", [(start, start), (1, 1)], dashed=True)
    return Shares("probability said", "share that was right", [diagonal], dots, start, start).svg()


def _calibration(found: Reliability) -> str:
    return (
        "Known answers, grouped by how sure the consensus was when it was not told them. On the dashed line, of labels "
        "said to be right with 80 %, 80 % are; below it, the consensus is too sure. Bars are 95 % intervals, larger "
        f"dots are more tasks. On average probabilities are {100 * found.error:.1f} points off (expected calibration "
        "error)."
    )


def _coverage(facts: Facts) -> str:
    promise = facts.certificate
    if promise is None or not len(promise.curve.coverage):
        return "<p>Nothing to draw: no target, no known answers, or every answer is known.</p>"
    curve = promise.curve
    seen = [
        (float(c), float(p)) for c, p in zip(curve.coverage, curve.precision, strict=True) if not isnan(p)
    ]
    bound = [(float(c), float(b)) for c, b in zip(curve.coverage, curve.lower, strict=True)]
    least = min([promise.target, *(y for _, y in seen), *(y for _, y in bound if y > 0)])
    lines = [
        Line("target", "var(--grey)", [(0, promise.target), (1, promise.target)], dashed=True),
        Line("right, at the least", "var(--blue)", bound, dashed=True),
        Line("right on known answers", "var(--blue)", seen),
    ]
    mark = [] if promise.threshold is None else [(promise.coverage, f"accepted: {percent(promise.coverage)}")]
    x_title, y_title = "share of labels accepted, surest first", "share of these that is right"
    return Shares(x_title, y_title, lines, bottom=start_of_axis(min(least, 0.9)), marks=mark).svg()


def _lines(facts: Facts) -> str:
    if facts.certificate is None:
        return ""
    return (
        "The solid line is the share of known answers that was right among the surest labels, the lower dashed line "
        "what is certain of it; the level dashed line is the target."
    )


def _promise(facts: Facts) -> str:
    promise = facts.certificate
    if promise is None:
        return f"The rule: {escape(facts.rule)}."
    if promise.bound is not None and promise.threshold is not None:
        return (
            f"Labels with a probability of {promise.threshold:.3f} and more are accepted. Of these, at least "
            f"{percent(promise.bound)} are right, with {percent(promise.confidence)} confidence; "
            f"{count(promise.accepted_gold, 'known answer')} bear it out. It holds for tasks like those whose answers "
            "are known: these have to be a random sample."
        )
    if promise.more_gold is None:
        fix = "More known answers would hardly help: labels have to become more often right, by more or better votes."
    else:
        fix = f"About {promise.more_gold:,} more known answers would do, if they are right as often as those so far."
    goal = f"{percent(promise.target)} right with {percent(promise.confidence)} confidence"
    return f"<b>Nothing is accepted</b> by votes: known answers do not bear out {goal}. {fix}"
