"""Spans of text: groups by overlap, a vote on the class, the weighted median of both ends, a quorum."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.shapes.clusters import Group, RegionRule, group_regions, weighted_median
from shoal_qa.domain.votes.arrays import Floats, Ints


@dataclass(frozen=True, slots=True)
class Span:
    """A span with a quorum, [start, end) in the unit of the answers, and the group of answers behind it."""

    start: int
    end: int
    group: Group


def merge_spans(
    spans: Ints,
    label: Ints,
    annotator: Ints,
    *,
    weight: Floats,
    present: Sequence[int],
    rule: RegionRule = RegionRule(),  # noqa: B008 - frozen
) -> list[Span]:
    """Return the spans of one task. spans: (n, 2), start < end; for the other arguments see `group_regions`.

    An end half way between two tokens or characters moves outwards, so that no span becomes empty. Raises
    ValueError for a span that does not start before its end.
    """
    spans = np.asarray(spans).reshape(-1, 2)
    if (spans[:, 0] >= spans[:, 1]).any():
        raise ValueError("a span must start before its end")
    groups = group_regions(span_iou(spans), label, annotator, weight=weight, present=present, rule=rule)
    ends = [
        weighted_median(spans[group.members].astype(np.float64), weight[annotator[group.members]])
        for group in groups
    ]
    return [
        Span(int(np.floor(start)), int(np.ceil(end)), group)
        for (start, end), group in zip(ends, groups, strict=True)
    ]


def span_iou(spans: Ints) -> Floats:
    """Return intersection over union of all pairs of spans: (n, n)."""
    start, end = spans[:, 0], spans[:, 1]
    both = np.maximum(np.minimum(end[:, None], end) - np.maximum(start[:, None], start), 0)
    length = end - start
    return np.asarray(both / (length[:, None] + length - both))
