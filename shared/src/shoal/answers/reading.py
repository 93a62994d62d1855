"""Read an answer from JSON: the first fault of its form or of its content."""

from typing import Any

from pydantic import TypeAdapter, ValidationError

from shoal.answers.checks import answer_problem
from shoal.answers.problems import Problem
from shoal.contracts.answers import Answer
from shoal.contracts.label_schemas import LabelSchema
from shoal.contracts.samples import Content
from shoal.inputs.errors import field_of, fix_of, message_of

_ANSWER: TypeAdapter[Any] = TypeAdapter(Answer)


def read_answer(value: Any, schema: LabelSchema, content: Content) -> Answer | Problem:
    """Return the answer that JSON holds, or why it is refused. value: decoded JSON."""
    try:
        answer: Answer = _ANSWER.validate_python(value)
    except ValidationError as error:
        first = error.errors()[0]
        field = field_of(("answer", *first["loc"]))
        return Problem(field=field, detail=message_of(first), fix=fix_of(first))
    return answer_problem(schema, answer, content) or answer
