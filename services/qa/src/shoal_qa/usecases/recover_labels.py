"""Labels and requests that Kafka has and the database lacks, because it was restored to an earlier moment."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from shoal.answers import stored_label
from shoal.contracts.answers import Answer, ClassAnswer
from shoal.contracts.ids import stable_id
from shoal.contracts.labels import AnnotationSubmitted, LabelAccepted, VotesRequested
from shoal_qa.domain.jobs.announced import AnnouncedLabel, job_as_announced
from shoal_qa.domain.jobs.lifecycle import Request
from shoal_qa.usecases.ports import Database, LabelRow, ReceivedAnnotation, StoredJob
from shoal_qa.usecases.review import PROVIDER


class RecoverLabels:
    """Stores announced revisions of labels, and brings their jobs to the state that was announced.

    So later revisions and rounds have higher numbers than those that others know. An expert's decision that
    qa took itself is no annotation on any topic: it is stored again from its label. Idempotent.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def __call__(self, labels: Sequence[LabelAccepted], requests: Sequence[VotesRequested]) -> int:
        """Store what is newer than the jobs; return the number of stored revisions."""
        labels_by_job: dict[str, list[LabelAccepted]] = defaultdict(list)
        for label in labels:
            labels_by_job[label.job_id].append(label)
        last_requests = {event.job_id: event for event in sorted(requests, key=lambda event: event.round)}
        async with self._database.transaction() as tx:
            await tx.projects.lock({event.project for event in (*labels, *requests)})
            jobs = await tx.jobs.lock(labels_by_job.keys() | last_requests.keys())
            newer: list[LabelAccepted] = []
            for stored in jobs:
                newer += _newer_labels(stored, labels_by_job[stored.job_id])
            await tx.annotations.add([review for label in newer if (review := _own_review(label))])
            newer.sort(key=lambda label: (label.accepted_at, label.job_id, label.revision))
            for accepted_at, group in groupby(newer, key=lambda label: label.accepted_at):
                await tx.labels.add([_label_row(label) for label in group], accepted_at)
            latest = {label.job_id: label for label in sorted(newer, key=lambda label: label.revision)}
            await tx.jobs.save(
                [
                    _recovered_job(stored, latest.get(stored.job_id), last_requests.get(stored.job_id))
                    for stored in jobs
                ]
            )
        return len(newer)


def _newer_labels(stored: StoredJob, labels: Sequence[LabelAccepted]) -> list[LabelAccepted]:
    """Return the revisions after the stored one, each once; none of a sample that was erased."""
    if stored.job.state == "erased":
        return []
    newer = {
        label.revision: label
        for label in labels
        if label.revision > stored.revision and label.project == stored.project
    }
    return list(newer.values())


def _recovered_job(stored: StoredJob, label: LabelAccepted | None, event: VotesRequested | None) -> StoredJob:
    request = None
    if event is not None and event.round > stored.job.round and event.project == stored.project:
        request = Request(event.action, event.votes, event.round, event.reason)
    announced = None
    if label is not None:
        announced = AnnouncedLabel(stored_label(_answer_of(label)), label.evidence.reviewed_by is not None)
    job = job_as_announced(stored.job, announced, request)
    return replace(stored, job=job, revision=label.revision if label else stored.revision)


def _answer_of(label: LabelAccepted) -> Answer | None:
    """Return the answer of a label; events of earlier releases have the class only."""
    if label.answer is None and label.label is not None:
        return ClassAnswer(label=label.label)
    return label.answer


def _label_row(label: LabelAccepted) -> LabelRow:
    answer = _answer_of(label)
    return LabelRow(
        project=label.project,
        job_id=label.job_id,
        sample_id=label.sample_id,
        revision=label.revision,
        state=label.state,
        label=stored_label(answer),
        probability=label.probability,
        evidence=label.evidence.model_dump(mode="json"),
        reason=label.reason,
        answer=answer,
    )


def _own_review(label: LabelAccepted) -> ReceivedAnnotation | None:
    """Return the expert's annotation if the expert decided at qa; other experts' are on labels.submitted."""
    provider, _, reviewer = (label.evidence.reviewed_by or "").partition("/")
    answer = _answer_of(label)
    if provider != PROVIDER or answer is None:
        return None
    moment = label.accepted_at.isoformat()
    event = AnnotationSubmitted(
        project=label.project,
        job_id=label.job_id,
        sample_id=label.sample_id,
        task_id=label.job_id,
        provider=PROVIDER,
        annotator=reviewer,
        annotation_id=stable_id("review", label.job_id, reviewer, stored_label(answer), moment),
        revision=1,
        action="submitted",
        answer=answer,
        purpose="review",
        guideline=label.guideline,
        submitted_at=label.accepted_at,
    )
    return ReceivedAnnotation(event, "0/0")
