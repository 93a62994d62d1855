"""Check answers against the label schema and the content that they answer."""

from collections.abc import Callable
from typing import Any

from shoal.answers.candidates import pair_problem, ranking_problem
from shoal.answers.canonical import canonical_answer
from shoal.answers.choices import class_problem, classes_problem
from shoal.answers.problems import Problem
from shoal.answers.scalars import number_problem, rating_problem, text_problem
from shoal.answers.shapes import boxes_problem, polygons_problem
from shoal.answers.spans import spans_problem
from shoal.contracts.answers import Answer, SkipAnswer
from shoal.contracts.label_schemas import LabelSchema
from shoal.contracts.samples import Content

__all__ = ["Problem", "answer_problem"]

MOST_BYTES = 500_000  # of an answer's JSON: half of what a Kafka record may hold

_Check = Callable[[Any, Any, Content], Problem | None]
_CHECKS: dict[str, tuple[str, _Check]] = {  # schema's kind -> the answer's kind and its check
    "single_choice": ("class", class_problem),
    "multi_choice": ("classes", classes_problem),
    "boxes": ("boxes", boxes_problem),
    "polygons": ("polygons", polygons_problem),
    "spans": ("spans", spans_problem),
    "ranking": ("ranking", ranking_problem),
    "pair": ("pair", pair_problem),
    "number": ("number", number_problem),
    "rating": ("rating", rating_problem),
    "text": ("text", text_problem),
}


def answer_problem(schema: LabelSchema, answer: Answer, content: Content) -> Problem | None:
    """Return why an answer does not fit the schema or the content; None if it fits. A skip always does."""
    if isinstance(answer, SkipAnswer):
        return None
    kind, check = _CHECKS[schema.kind]
    if answer.kind != kind:
        detail = f"an answer of kind {answer.kind!r} does not fit the label schema, which is {schema.kind!r}"
        return Problem(field="answer.kind", detail=detail, fix=f"Send an answer of kind {kind!r}")
    return check(schema, answer, content) or _size_problem(answer)


def _size_problem(answer: Answer) -> Problem | None:
    size = len(canonical_answer(answer).encode())
    if size <= MOST_BYTES:
        return None
    detail = f"the answer has {size} bytes as JSON, more than {MOST_BYTES}"
    return Problem(field="answer", detail=detail, fix="Send fewer objects, or outlines with fewer points")
