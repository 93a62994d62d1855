"""Routes of erasures."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query

from shoal.contracts.base import NO_NUL
from shoal.http.openapi import problem_responses
from shoal.http.projects import OperatorProject
from shoal.http.schemas import CautionAnswer
from shoal.samples import SampleRef, reference_field, reference_text, referred_sample
from shoal_ingest.http.erasure_schemas import ErasedSample, ErasureAnswer, ErasuresAnswer, ErasuresIn
from shoal_ingest.http.parts import Wired
from shoal_ingest.usecases.erase import Erasure

ACCEPTED = 202
SampleId = Annotated[str, Path(min_length=1, max_length=200, pattern=NO_NUL, description="Id of the sample.")]
Reason = Annotated[
    str, Query(max_length=500, pattern=NO_NUL, description="Reason of the erasure, stored with it.")
]

routes = APIRouter(prefix="/v1/projects/{project}", tags=["erasures"])


@routes.delete(
    "/samples/{sample_id}", status_code=ACCEPTED, summary="Erase a sample", responses=problem_responses(404)
)
async def erase_sample(
    project: OperatorProject, sample_id: SampleId, parts: Wired, reason: Reason = "requested"
) -> ErasureAnswer:
    """Erase a sample's content, vector, votes and label in every service.

    A sample that ingest has no record of is erased as well, with a warning.
    """
    reference = SampleRef(sample_id=sample_id)
    (erasure,) = await parts.erase_samples(project, _sample_ids(project, [reference], [""]), reason)
    cautions = _unknown_samples([erasure], [reference], [""])
    return ErasureAnswer(
        project=project,
        sample_id=erasure.sample_id,
        new=erasure.new,
        ingested=erasure.ingested,
        warnings=cautions,
    )


@routes.post(
    "/erasures", status_code=ACCEPTED, summary="Erase several samples", responses=problem_responses(404)
)
async def erase_samples(project: OperatorProject, body: ErasuresIn, parts: Wired) -> ErasuresAnswer:
    """Erase samples, by id or by source and source id; a wrong reference refuses the whole request."""
    fields = [f"samples[{index}]" for index in range(len(body.samples))]
    erasures = await parts.erase_samples(project, _sample_ids(project, body.samples, fields), body.reason)
    return ErasuresAnswer(
        project=project,
        erasures=[
            ErasedSample(sample_id=erasure.sample_id, new=erasure.new, ingested=erasure.ingested)
            for erasure in erasures
        ],
        warnings=_unknown_samples(erasures, body.samples, fields),
    )


def _sample_ids(project: str, references: Sequence[SampleRef], fields: Sequence[str]) -> list[str]:
    """Return the ids of references, which always name a sample. Raises Refused."""
    ids = [
        referred_sample(project, reference, field)
        for reference, field in zip(references, fields, strict=True)
    ]
    return [sample_id for sample_id in ids if sample_id is not None]


def _unknown_samples(
    erasures: Sequence[Erasure], references: Sequence[SampleRef], fields: Sequence[str]
) -> list[CautionAnswer]:
    return [
        CautionAnswer(
            detail=f"{reference_field(reference, field)}: ingest has no record of {reference_text(reference)}",
            field=reference_field(reference, field),
            fix="Check project, source and source_id; the erasure is announced nevertheless",
        )
        for erasure, reference, field in zip(erasures, references, fields, strict=True)
        if not erasure.ingested
    ]
