"""One inference in Shoal's own format, and bodies of them: an object, an array, or NDJSON."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from shoal.contracts.base import Id, Name, Text
from shoal.contracts.samples import Content, Prediction
from shoal.http.validation import field_of, fix_of
from shoal.vectors import vector_bytes


class Strict(BaseModel):
    """A field that is not known is an error: it is usually a misspelt one."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class VectorIn(Strict):
    """A vector that the producer made, and with which encoder."""

    name: Id
    version: str = Field(default="", max_length=200)
    vector: Annotated[bytes, BeforeValidator(vector_bytes)]


class ContentIn(Strict):
    """The datum, inline or elsewhere."""

    text: Text | None = None
    uri: str | None = Field(default=None, max_length=4096)
    sha256: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$")
    media_type: str = Field(default="text/plain", max_length=200)


class PredictionIn(Strict):
    """What the model said."""

    model: Id
    version: str = Field(default="", max_length=200)
    label: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    scores: dict[Annotated[str, Field(min_length=1, max_length=200)], float] = Field(default_factory=dict)
    latency_ms: float | None = Field(default=None, ge=0)
    endpoint: str | None = Field(default=None, max_length=500)


class Inference(Strict):
    """One line of an inference log."""

    project: Name
    source: Name = "default"
    source_id: Id
    text: Text | None = None
    content: ContentIn | None = None
    prediction: PredictionIn | None = None
    embedding: VectorIn | None = None
    tags: dict[str, str] = Field(default_factory=dict, max_length=100)
    group: str | None = Field(default=None, max_length=200)
    occurred_at: AwareDatetime | None = None

    @model_validator(mode="after")
    def _one_datum(self) -> "Inference":
        if (self.text is None) == (self.content is None):
            raise ValueError("give the datum once: either text, or content with text or uri")
        if self.content is not None and self.content.text is None and self.content.uri is None:
            raise ValueError("content needs text or uri")
        return self

    def datum(self) -> Content:
        """Return the datum as events carry it."""
        if self.content is None:
            return Content(text=self.text)
        return Content.model_construct(**self.content.__dict__)

    def said(self) -> Prediction | None:
        """Return the prediction as events carry it."""
        return None if self.prediction is None else Prediction.model_construct(**self.prediction.__dict__)


@dataclass(frozen=True, slots=True)
class Fault:
    """Why one inference was refused."""

    reason: str
    field: str
    detail: str
    fix: str


Parsed = Inference | Fault
_ONE = TypeAdapter(Inference)
_MANY = TypeAdapter(list[Inference])


class NotJson(ValueError):
    """A body that is no JSON as a whole; the text says where."""


def parse(body: bytes) -> list[Parsed]:
    """Return every inference of a body, or what is wrong with it; a bad one never costs its neighbours.

    An object, an array of objects, or objects on lines of their own (NDJSON, empty lines are skipped). Raises
    NotJson for an array that does not end, or an empty body.
    """
    body = body.strip()
    if not body:
        raise NotJson("the body is empty")
    if body.startswith(b"["):
        return _array(body)
    return _lines([line for line in body.split(b"\n") if line.strip()], body)


def _lines(lines: list[bytes], body: bytes) -> list[Parsed]:
    try:
        # One validation for all is three times as fast; a line with two objects would shift the others.
        found = _MANY.validate_json(b"[" + b",".join(lines) + b"]")
        if len(found) == len(lines):
            return list(found)
    except ValidationError:
        pass
    each = [_line(line) for line in lines]
    if len(lines) > 1 and all(isinstance(one, Fault) and one.reason == "not_json" for one in each):
        return [_line(body)]  # one object over several lines, as people write them
    return each


def _line(line: bytes) -> Parsed:
    try:
        return _ONE.validate_json(line)
    except ValidationError as error:
        return fault(error)


def _array(body: bytes) -> list[Parsed]:
    try:
        return list(_MANY.validate_json(body))
    except ValidationError:
        pass
    try:
        items = json.loads(body)
    except ValueError as error:
        raise NotJson(str(error)) from error
    return [_element(item) for item in items]


def _element(item: Any) -> Parsed:
    try:
        return _ONE.validate_python(item)
    except ValidationError as error:
        return fault(error)


def fault(error: ValidationError) -> Fault:
    """Return a validation's first error, and the fields of the others."""
    errors: Sequence[Any] = error.errors(include_url=False, include_input=False)
    first = errors[0]
    if first["type"] == "json_invalid":
        return Fault("not_json", "body", first["msg"], "Send one JSON object per line, or one JSON array")
    if not first["loc"]:
        return Fault("invalid", "text", first["msg"], "Send the sample in text, or in content")
    detail = "; ".join(f"{field_of(each['loc'])}: {each['msg']}" for each in errors[:3])
    return Fault("invalid", field_of(first["loc"]), detail, fix_of(first))
