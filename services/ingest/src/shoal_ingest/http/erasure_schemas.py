"""Request bodies and answers about erasures."""

from typing import Annotated

from pydantic import Field, WithJsonSchema

from shoal.contracts.base import NO_NUL, Name
from shoal.http.schemas import Answer, CautionAnswer
from shoal.inputs import Strict, with_examples
from shoal.samples import REFERENCE_SCHEMAS, SampleRef

_SAMPLE = "0b1f6a5c-58d4-5a3c-8f6b-0f4f7d3f3f1e"
_ERASED = {"sample_id": _SAMPLE, "new": True, "ingested": True}
ASample = Annotated[SampleRef, WithJsonSchema({"anyOf": REFERENCE_SCHEMAS})]


class ErasuresIn(Strict):
    """Samples to erase."""

    model_config = with_examples(
        {"samples": [{"source": "wire", "source_id": "8841"}, _SAMPLE], "reason": "withdrawn consent"}
    )

    samples: list[ASample] = Field(min_length=1, max_length=1000)
    reason: Annotated[str, Field(max_length=500, pattern=NO_NUL)] = Field(
        default="requested", description="Reason of the erasures, stored with them."
    )


class ErasedSample(Answer):
    """An erasure that was announced to every service."""

    sample_id: str
    new: bool = Field(
        description="False if the sample was erased before; the erasure is then announced again."
    )
    ingested: bool = Field(description="False if ingest has no record of the sample: its id may be wrong.")


class ErasureAnswer(ErasedSample):
    """The erasure of one sample."""

    model_config = with_examples({"project": "newsdesk", **_ERASED, "warnings": []})

    project: Name
    warnings: list[CautionAnswer]


class ErasuresAnswer(Answer):
    """The erasures, in the order of the request."""

    model_config = with_examples({"project": "newsdesk", "erasures": [_ERASED], "warnings": []})

    project: Name
    erasures: list[ErasedSample]
    warnings: list[CautionAnswer]
