"""Label schemas and answers of every kind, between the contracts and what the gateway stores of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any

from pydantic import BeforeValidator, TypeAdapter, ValidationError

from shoal.answers import answer_problem, canonical_answer, respelled_answer
from shoal.contracts.answers import Answer, ClassAnswer
from shoal.contracts.label_schemas import LabelSchema as Schema
from shoal.contracts.samples import Content
from shoal_gateway.domain.label_schema import CLASS, AnswerProblem, Class, Reason
from shoal_gateway.domain.tasks import Datum


def _with_kind(value: Any) -> Any:
    return {**value, "kind": CLASS} if isinstance(value, dict) and value.get("kind") is None else value


AnswerOfKind = Annotated[Answer, BeforeValidator(_with_kind)]
"""An answer of any kind; `{"label": ...}` is a class."""
_ANSWERS: TypeAdapter[Answer] = TypeAdapter(Answer)
_SCHEMAS: TypeAdapter[Schema] = TypeAdapter(Schema)


@dataclass(frozen=True)
class StoredSchema:
    """The label schema of a guideline."""

    model: Schema

    @property
    def kind(self) -> str:
        """Return the kind of the schema."""
        return str(self.model.kind)

    @cached_property
    def classes(self) -> Sequence[Class]:
        """Return the classes; none for kinds without them."""
        items = getattr(self.model, "classes", ())
        return tuple(Class(item.name, item.definition, tuple(item.examples)) for item in items)

    @cached_property
    def document(self) -> dict[str, Any]:
        """Return the schema as JSON; its readers do not change it."""
        return self.model.model_dump(mode="json")

    def check(self, label: str | None, kind: str, datum: Datum) -> AnswerProblem | None:
        """Return the problem with an answer about `datum`, or None if the schema allows it."""
        if label is None:
            return AnswerProblem("missing_label", "answer", "there is no answer", "Send an answer")
        problem = answer_problem(self.model, read_answer(label, kind), content_of(datum))
        if problem is None:
            return None
        reason: Reason = "unknown_label" if problem.field.endswith("label") else "bad_answer"
        return AnswerProblem(reason, problem.field, problem.detail, problem.fix)

    def respelled_fields(self, label: str, kind: str) -> dict[str, Any]:
        """Return an answer's fields, in which names that look like one of the schema's are that name."""
        return label_fields(respelled_answer(self.model, read_answer(label, kind)))


def read_schema(value: Any) -> StoredSchema:
    """Return the label schema of stored JSON."""
    return StoredSchema(_SCHEMAS.validate_python(value))


def read_answer(label: str, kind: str) -> Answer:
    """Return the answer that is stored as a label and a kind."""
    return ClassAnswer(label=label) if kind == CLASS else _ANSWERS.validate_json(label)


def stored_label(answer: Answer) -> tuple[str, str]:
    """Return the label and the kind under which an answer is stored; it is no skip."""
    if isinstance(answer, ClassAnswer):
        return answer.label, CLASS
    return canonical_answer(answer), answer.kind


def label_fields(answer: Answer) -> dict[str, Any]:
    """Return the fields of a submission or annotation with an answer: label, kind and JSON as it was sent.

    Problems are found in the latter: the canonical JSON may have its objects in another order.
    """
    label, kind = stored_label(answer)
    return {"label": label, "kind": kind, "original": None if kind == CLASS else answer.model_dump_json()}


def answer_or_none(value: Any) -> Answer | None:
    """Return the answer of JSON, or None if it is none."""
    try:
        return _ANSWERS.validate_python(value)
    except ValidationError:
        return None


def content_of(datum: Datum) -> Content:
    """Return the content as the contract has it."""
    return Content(
        text=datum.text,
        uri=datum.uri,
        sha256=datum.sha256,
        media_type=datum.media_type,
        **datum.more,
    )
