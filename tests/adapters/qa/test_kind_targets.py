"""A target precision for answers of every kind on a real PostgreSQL: gold certifies them as classes."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import TypeAdapter

from adapters.qa.qakit import NOON, Qa
from shoal.answers import parse_canonical
from shoal.contracts.answers import Answer
from shoal.contracts.labels import AnnotationSubmitted, GuidelineRef, LabelingJob
from shoal.contracts.samples import Content
from shoal_qa.adapters.postgres.guidelines import PostgresGuidelines, PostgresRules
from shoal_qa.usecases.answers.differences.distances import agrees_with
from shoal_qa.usecases.ports import ReceivedAnnotation
from shoal_qa.usecases.rules import Rule
from unit.qa.simulated_answers import KINDS, TEXT, Project, simulate_project

pytestmark = pytest.mark.servers
REF = GuidelineRef(major=2, minor=0)
TARGET, GOLD, JOBS = 0.75, 60, 110
RULE = Rule(target_precision=TARGET, confidence=0.9, max_votes=3, exhausted="review")
ANSWER: TypeAdapter[Any] = TypeAdapter(Answer)
IMAGE = Content(uri="media:" + "a" * 64, media_type="image/png", width=640, height=480)


def content_of(kind: str, answer: Any) -> Content:
    if kind in ("boxes", "polygons"):
        return IMAGE
    if kind in ("ranking", "pair"):
        names = sorted(name for group in answer.order for name in group) if kind == "ranking" else ["a", "b"]
        candidates = [{"id": name, "text": name} for name in names]
        return Content.model_validate({"prompt": "?", "candidates": candidates})
    return Content(text=TEXT)


async def send_project(qa: Qa, project: Project) -> None:
    """Publish a guideline of the kind, and send jobs with their votes; the first GOLD jobs are gold items."""
    document = {
        "title": "",
        "text": "",
        "label_schema": project.schema.model_dump(mode="json"),
        "changes": {"all_asked_again": True},
    }
    await PostgresGuidelines(qa.pool).publish("news", document, NOON)
    await PostgresRules(qa.pool).put("news", RULE, NOON)
    truth = {job: parse_canonical(text) for job, text in project.truth.items()}
    await qa.jobs([job_of(job, content_of(project.schema.kind, answer)) for job, answer in truth.items()])
    rejected = await qa.annotations([vote_of(*triple) for triple in project.triples])
    assert rejected == []


def is_gold(job: str) -> bool:
    return int(job[4:]) < GOLD


def job_of(job: str, content: Content) -> LabelingJob:
    return LabelingJob(
        project="news",
        job_id=job,
        sample_id=f"s-{job}",
        purpose="gold" if is_gold(job) else "label",
        guideline=REF,
        content=content,
        votes=3,
        max_votes=3,
        requested_at=NOON,
    )


def vote_of(job: str, annotator: str, text: str) -> ReceivedAnnotation:
    name = annotator.partition("/")[2]
    event = AnnotationSubmitted(
        project="news",
        job_id=job,
        sample_id=f"s-{job}",
        task_id="t",
        provider="crowd",
        annotator=name,
        annotation_id=f"{name}-{job}",
        revision=1,
        action="submitted",
        answer=parse_canonical(text),
        purpose="gold" if is_gold(job) else "label",
        guideline=REF,
        submitted_at=NOON + timedelta(seconds=1),
    )
    return ReceivedAnnotation(event, "0/1")


async def certificate(qa: Qa) -> dict[str, Any]:
    found: dict[str, Any] = (await qa.rows("SELECT body FROM quality"))[0][0]["certificate"]
    return found


@pytest.mark.parametrize("kind", list(KINDS))
async def test_gold_certifies_answers_of_every_kind(qa: Qa, kind: str) -> None:
    project = simulate_project(kind, jobs=JOBS, annotators=8, votes=3, seed=11)
    await send_project(qa, project)
    refit = qa.refit()
    assert await refit() == 1
    assert (await certificate(qa))["threshold"] is None
    assert await qa.rows("SELECT DISTINCT state FROM jobs WHERE purpose = 'label'") == [("review",)]

    rows = [(f"s-{job}", text, job, None) for job, text in project.truth.items() if is_gold(job)]
    async with qa.database.transaction() as tx:
        await tx.gold.add("news", rows, NOON)
    assert await refit() == 1
    found = await certificate(qa)
    assert found["gold"] == GOLD
    assert found["threshold"] is not None
    assert found["bound"] >= TARGET
    accepted = await qa.rows("SELECT job_id, label FROM jobs WHERE state = 'accepted'")
    assert len(accepted) == pytest.approx((JOBS - GOLD) * found["coverage"])
    right = [agrees_with(project.schema, project.truth[job], label) for job, label in accepted]
    assert len(right) > 10
    assert sum(right) / len(right) >= TARGET
    assert await refit() == 0
