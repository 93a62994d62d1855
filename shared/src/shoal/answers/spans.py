"""Check spans: parts of a text by code points."""

from collections.abc import Sequence
from itertools import pairwise

from shoal.answers.choices import attributes_problem, classes_by_name, label_problem, too_many
from shoal.answers.problems import Problem
from shoal.contracts.answers import Span, SpansAnswer
from shoal.contracts.label_schemas import SpansSchema
from shoal.contracts.samples import Content


def marked_text(content: Content) -> str | None:
    """Return the text that spans count in; None for an image or candidates.

    Of a conversation: its turns, a line for each, as `role: text`.
    """
    if content.kind == "conversation":
        return "\n".join(f"{turn.role}: {turn.text}" for turn in content.turns or ())
    return content.text if content.kind == "text" else None


def spans_problem(schema: SpansSchema, answer: SpansAnswer, content: Content) -> Problem | None:
    """Return why spans do not fit; None if they do."""
    text = marked_text(content)
    if text is None:
        detail = f"the sample has no text: its content is of kind {content.kind!r}"
        fix = "Skip the sample, and send texts or conversations to this project"
        return Problem(field="content", detail=detail, fix=fix)
    if schema.most is not None and len(answer.spans) > schema.most:
        return too_many("answer.spans", len(answer.spans), schema.most)
    classes = classes_by_name(schema.classes)
    for index, span in enumerate(answer.spans):
        field = f"answer.spans[{index}]"
        problem = label_problem(classes, span.label, f"{field}.label")
        problem = problem or attributes_problem(classes, span.label, span.attributes, field)
        if problem := problem or _place_problem(span, text, field):
            return problem
    return None if schema.overlapping else _overlap_problem(answer.spans)


def _place_problem(span: Span, text: str, field: str) -> Problem | None:
    if span.end <= span.start:
        detail = f"end {span.end} is not larger than start {span.start}"
        return Problem(field=f"{field}.end", detail=detail, fix="Send start < end; end is not in the span")
    if span.end > len(text):
        detail = f"end {span.end} is after the text, which has {len(text)} code points"
        return Problem(field=f"{field}.end", detail=detail, fix="Count Unicode code points from 0")
    covered = text[span.start : span.end]
    if span.text != covered:
        detail = (
            f"{_shortened_text(span.text)} differs from {_shortened_text(covered)}, which start and end cover"
        )
        fix = "Count Unicode code points, neither bytes nor UTF-16 units, and send the text as it is"
        return Problem(field=f"{field}.text", detail=detail, fix=fix)
    return None


def _overlap_problem(spans: Sequence[Span]) -> Problem | None:
    ordered = sorted(enumerate(spans), key=lambda item: (item[1].start, item[1].end))
    for (_, before), (index, span) in pairwise(ordered):
        if span.start < before.end:
            detail = f"the span overlaps with the one from {before.start} to {before.end}"
            fix = "Send spans that do not overlap, as the label schema asks"
            return Problem(field=f"answer.spans[{index}].start", detail=detail, fix=fix)
    return None


def _shortened_text(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")
