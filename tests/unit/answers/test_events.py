"""Every answer comes back from the events that carry it, as records on their topics."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from hypothesis import given

from shoal.contracts.answers import ClassAnswer
from shoal.contracts.base import Event
from shoal.contracts.labels import (
    AnnotationSubmitted,
    GuidelineRef,
    LabelAccepted,
    LabelEvidence,
    LabelingJob,
)
from shoal.contracts.quality import GuidelinePublished
from shoal.contracts.topics import (
    GUIDELINES_PUBLISHED,
    LABELING_JOBS,
    LABELS_ACCEPTED,
    LABELS_SUBMITTED,
    Topic,
)
from shoal.messaging import encode
from shoal.messaging.records.decoding import Decoder
from unit.answers.kinds import Case, valid_cases

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
REF = GuidelineRef(major=1, minor=0)
IDS = {"project": "news", "job_id": "j", "sample_id": "s"}


def through_a_record(topic: Topic, event: Event) -> Any:
    """Return an event after it was encoded and decoded."""
    message = encode(topic, event, event_id="e", source="/test", time=NOON)
    record: Any = SimpleNamespace(
        topic=topic.name,
        partition=0,
        offset=0,
        timestamp=0,
        key=message.key,
        value=message.value,
        headers=message.headers,
    )
    decoded = Decoder(topic).decode([record])
    assert decoded.refused == []
    return decoded.events[0].event


@given(valid_cases)
def test_a_vote_comes_back_as_it_was_given(case: Case) -> None:
    event = AnnotationSubmitted(
        **IDS,
        task_id="t",
        provider="acme",
        annotator="ann",
        annotation_id="a",
        revision=1,
        action="submitted",
        answer=case[1],
        purpose="label",
        guideline=REF,
        submitted_at=NOON,
    )
    assert through_a_record(LABELS_SUBMITTED, event) == event


@given(valid_cases)
def test_an_accepted_label_comes_back_as_it_was_announced(case: Case) -> None:
    answer = case[1]
    event = LabelAccepted(
        **IDS,
        state="accepted",
        revision=1,
        label=answer.label if isinstance(answer, ClassAnswer) else None,
        probability=0.9,
        guideline=REF,
        evidence=LabelEvidence(method="majority", votes=2, agreement=1),
        reason="votes agree",
        accepted_at=NOON,
        answer=answer,
    )
    assert through_a_record(LABELS_ACCEPTED, event) == event


@given(valid_cases)
def test_a_schema_and_a_content_come_back_as_they_were_published(case: Case) -> None:
    schema, _, content = case
    guideline = GuidelinePublished(project="news", guideline=REF, label_schema=schema, published_at=NOON)
    assert through_a_record(GUIDELINES_PUBLISHED, guideline) == guideline
    job = LabelingJob(
        **IDS, purpose="label", guideline=REF, content=content, votes=1, max_votes=1, requested_at=NOON
    )
    assert through_a_record(LABELING_JOBS, job) == job
