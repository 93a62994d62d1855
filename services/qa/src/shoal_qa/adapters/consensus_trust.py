"""Whether probabilities hold, and how many labels may be accepted: two plots, and what they say in plain words."""

from math import isnan

from shoal.pages import Dot, Line, Shares, start_of_axis
from shoal_qa.adapters.words import percent
from shoal_qa.usecases.consensus_report import Bin, Facts


def trust(facts: Facts) -> str:
    """Return the part of the page on probabilities and on what may be accepted."""
    if not facts.gold:
        return (
            "<h2>Do the probabilities mean what they say?</h2><p>Nothing here can check it: no answer is known for "
            "certain. Probabilities are drawn towards doubt, since annotators err together on hard tasks. Answer some "
            "tasks yourself, drawn at random, and give them as <code>--gold</code>: then this page measures how far "
            "the probabilities hold, and promises how many of the accepted labels are right.</p>"
        )
    return (
        '<h2>Can the labels be trusted?</h2><div class="pair">'
        f"<figure><figcaption>Do the probabilities mean what they say?</figcaption>{_reliability(facts)}</figure>"
        f"<figure><figcaption>How much may be accepted?</figcaption>{_coverage(facts)}</figure></div>"
        f"<p style='margin-top:14px'>{_calibration(facts)}</p><p>{_promise(facts)}</p>"
    )


def _reliability(facts: Facts) -> str:
    most = max((each.count for each in facts.reliability), default=1)
    low = min((min(each.said, each.low) for each in facts.reliability), default=0.0)
    start = start_of_axis(low)
    return Shares(
        "probability said",
        "share that was right",
        [Line("says what it means", "var(--grey)", [(start, start), (1, 1)], dashed=True)],
        [_dot(each, most) for each in facts.reliability],
        bottom=start,
        left=start,
    ).svg()


def _dot(each: Bin, most: int) -> Dot:
    told = f"said {percent(each.said)}, right {percent(each.right)} of {each.count:,}"
    return Dot(each.said, each.right, each.low, each.high, 3.5 + 6 * (each.count / most) ** 0.5, told)


def _calibration(facts: Facts) -> str:
    error = (
        ""
        if facts.calibration_error is None
        else (
            f" On average they are {100 * facts.calibration_error:.1f} points off (expected calibration error)."
        )
    )
    return (
        "Left: known answers, grouped by how sure the consensus was when it was not told them. On the dashed line, of "
        "labels said to be right with 80 %, 80 % are; below it, the consensus is too sure. Bars are 95 % intervals, "
        f"larger dots are more tasks.{error}"
    )


def _coverage(facts: Facts) -> str:
    promise = facts.certificate
    if promise is None or not len(promise.curve.coverage):
        return "<p>Too few known answers to draw this.</p>"
    curve = promise.curve
    seen = [
        (float(c), float(p)) for c, p in zip(curve.coverage, curve.precision, strict=True) if not isnan(p)
    ]
    bound = [(float(c), float(b)) for c, b in zip(curve.coverage, curve.lower, strict=True)]
    least = min([facts.target, *(y for _, y in seen), *(y for _, y in bound if y > 0)])
    lines = [
        Line("target", "var(--grey)", [(0, facts.target), (1, facts.target)], dashed=True),
        Line("right, at the least", "var(--blue)", bound, dashed=True),
        Line("right on known answers", "var(--blue)", seen),
    ]
    mark = [] if promise.threshold is None else [(promise.coverage, f"accepted: {percent(promise.coverage)}")]
    x_title, y_title = "share of labels accepted, surest first", "share of these that is right"
    return Shares(x_title, y_title, lines, bottom=start_of_axis(min(least, 0.9)), marks=mark).svg()


def _promise(facts: Facts) -> str:
    promise = facts.certificate
    goal = f"{percent(facts.target)} right with {percent(facts.confidence)} confidence"
    lines = (
        "Right: the solid line is the share of known answers that was right among the surest labels, the lower dashed "
        "line what is certain of it; the level dashed line is the target. "
    )
    if promise is not None and promise.bound is not None and promise.threshold is not None:
        return lines + (
            f"Labels with a probability of {promise.threshold:.3f} and more are accepted. Of these, at least "
            f"{percent(promise.bound)} are right, with {percent(promise.confidence)} confidence; "
            f"{promise.accepted_gold:,} known answers bear it out. It holds for tasks like those whose answers are "
            "known: these have to be a random sample."
        )
    more = promise.more_gold if promise is not None else None
    if more is None:
        fix = "More known answers would hardly help: labels have to become more often right, by more or better votes."
    else:
        fix = f"About {more:,} more known answers would do, if they are right as often as those so far."
    return lines + f"<b>Nothing is accepted</b>: the known answers do not bear out {goal}. {fix}"
