"""Spans as tags of tokens in IOB2 (Tjong Kim Sang and Veenstra, 1999).

B- begins a span, I- is inside, and O is outside of spans.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from shoal_qa.domain.exports.losses import Unexportable

_TOKEN = re.compile(r"\w+|[^\w\s]")


def tag_tokens(text: str, spans: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Return (token, tag) of a text: words and single signs, cut where a span starts or ends.

    spans: with label, start and end in code points. Raises Unexportable for spans that overlap, or that cover
    blanks only.
    """
    ordered = sorted(spans, key=lambda span: (span["start"], span["end"]))
    if any(span["start"] < before["end"] for before, span in pairwise(ordered)):
        raise Unexportable("overlapping_spans")
    cuts = sorted({edge for span in ordered for edge in (span["start"], span["end"])})
    tokens = list(_cut_tokens(text, cuts))
    tags = _tag_spans(tokens, ordered)
    return [(text[start:end], tags.get(start, "O")) for start, end in tokens]


def plain_labels(labels: Sequence[str]) -> dict[str, str]:
    """Return label -> its name in tags: blanks become `_`, as readers split lines at blanks.

    Raises ValueError if two labels get one name.
    """
    names = {label: re.sub(r"\s+", "_", label) for label in labels}
    for label, name in names.items():
        if other := next((old for old in names if old != label and names[old] == name), None):
            raise ValueError(f"the classes {label!r} and {other!r} have one name without blanks: {name!r}")
    return names


def _tag_spans(tokens: Sequence[tuple[int, int]], ordered: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """Return the tags of tokens inside spans, by where they start."""
    tags: dict[int, str] = {}
    index = 0
    for span in ordered:
        while index < len(tokens) and tokens[index][0] < span["start"]:
            index += 1
        first = index
        while index < len(tokens) and tokens[index][0] < span["end"]:
            tags[tokens[index][0]] = f"{'B' if index == first else 'I'}-{span['label']}"
            index += 1
        if index == first:
            raise Unexportable("span_without_token")
    return tags


def _cut_tokens(text: str, cuts: Sequence[int]) -> Iterator[tuple[int, int]]:
    position = 0
    for match in _TOKEN.finditer(text):
        start, end = match.span()
        while position < len(cuts) and cuts[position] <= start:
            position += 1
        inside = position
        while inside < len(cuts) and cuts[inside] < end:
            yield start, cuts[inside]
            start = cuts[inside]
            inside += 1
        yield start, end
