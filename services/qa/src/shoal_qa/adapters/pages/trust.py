"""Two plots on gold: whether the probabilities are right, and how many labels can be accepted."""

from dataclasses import dataclass
from math import isnan

import numpy as np
from markupsafe import Markup

from shoal.pages import Dot, Line, Shares, format_percent, start_of_axis
from shoal.wording import format_count
from shoal_qa.domain.calibration.reliability import Reliability
from shoal_qa.domain.certificates.certificate import Certificate
from shoal_qa.usecases.files.facts import Facts


@dataclass(frozen=True, slots=True)
class Trust:
    """The two plots. coverage: None without a certificate."""

    reliability: Markup
    coverage: Markup | None


def plot_trust(facts: Facts) -> Trust | None:
    """Return the plots; None without gold."""
    if facts.reliability is None:
        return None
    promise = facts.certificate
    empty = promise is None or not len(promise.curve.coverage)
    coverage = None if promise is None or empty else _plot_coverage(promise)
    return Trust(_plot_reliability(facts.reliability), coverage)


def _plot_reliability(bins: Reliability) -> Markup:
    start = start_of_axis(float(min(bins.confidence.min(), bins.low.min())))
    diagonal = Line("perfectly calibrated", "var(--grey)", [(start, start), (1, 1)], dashed=True)
    return Shares(
        x_title="predicted probability",
        y_title="share of right labels",
        lines=[diagonal],
        dots=_reliability_dots(bins),
        bottom=start,
        left=start,
    ).svg()


def _reliability_dots(bins: Reliability) -> list[Dot]:
    radii = 3.5 + 6 * np.sqrt(bins.count / bins.count.max())
    columns = (bins.confidence, bins.accuracy, bins.low, bins.high, radii)
    rows = zip(*(column.tolist() for column in columns), bins.count.tolist(), strict=True)
    return [
        Dot(
            x=x,
            y=y,
            low=low,
            high=high,
            radius=radius,
            title=f"predicted {format_percent(x)}, right {format_percent(y)} of {format_count(number, 'answer')}",
        )
        for x, y, low, high, radius, number in rows
    ]


def _plot_coverage(promise: Certificate) -> Markup:
    curve = promise.curve
    coverage = curve.coverage.tolist()
    precision = [pair for pair in zip(coverage, curve.precision.tolist(), strict=True) if not isnan(pair[1])]
    bound = list(zip(coverage, curve.lower.tolist(), strict=True))
    least = min([promise.target, *(y for _, y in precision), *(y for _, y in bound if y > 0)])
    lines = [
        Line("target", "var(--grey)", [(0, promise.target), (1, promise.target)], dashed=True),
        Line("right, at least", "var(--blue)", bound, dashed=True),
        Line("right on gold", "var(--blue)", precision),
    ]
    word = f"accepted: {format_percent(promise.coverage)}"
    return Shares(
        x_title="share of labels accepted, most probable first",
        y_title="share of accepted labels that are right",
        lines=lines,
        bottom=start_of_axis(min(least, 0.9)),
        marks=[] if promise.threshold is None else [(promise.coverage, word)],
    ).svg()
