"""Guidelines and accepted labels under several of their majors."""

from typing import Any

from adapters.qa.qakit import NOON, Qa, job, vote
from shoal.contracts.labels import GuidelineRef
from shoal.contracts.quality import GuidelinePublished
from shoal_qa.adapters.postgres.guidelines import PostgresGuidelines
from shoal_qa.usecases.ports import ReceivedAnnotation


async def publish(qa: Qa, *names: str, **changes: Any) -> tuple[GuidelinePublished, bool]:
    """Publish a guideline with the classes."""
    schema = {"kind": "single_choice", "classes": [{"name": name} for name in names]}
    document = {"title": "", "text": "", "label_schema": schema, "changes": changes or None}
    return await PostgresGuidelines(qa.pool).publish("news", document, NOON)


async def label(qa: Qa, numbers: range, name: str, major: int = 1) -> None:
    """Accept a label for the sample of each number."""
    reference = GuidelineRef(major=major, minor=0)
    await qa.jobs(
        [job(n).model_copy(update={"job_id": f"j{n}-{major}", "guideline": reference}) for n in numbers]
    )
    await vote_twice(qa, numbers, name, major=major)


async def vote_twice(qa: Qa, numbers: range, name: str | None, *, major: int = 1, revision: int = 1) -> None:
    """Give the job of each number two votes, or take them back."""
    reference = GuidelineRef(major=major, minor=0)
    events = [
        vote(n, annotator, name, revision).event.model_copy(
            update={
                "job_id": f"j{n}-{major}",
                "guideline": reference,
                "annotation_id": f"{annotator}-{n}-{major}",
            }
        )
        for n in numbers
        for annotator in ("ann", "bob")
    ]
    await qa.annotations([ReceivedAnnotation(event, "0/1") for event in events])
