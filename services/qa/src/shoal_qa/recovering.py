"""How qa's tables recover after they were restored to an earlier moment than Kafka."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any

from shoal.clock import utc_now
from shoal.contracts.topics import (
    GUIDELINES_PUBLISHED,
    LABELING_JOBS,
    LABELS_ACCEPTED,
    LABELS_SUBMITTED,
    SAMPLES_ERASED,
    SAMPLING_DECISIONS,
    VOTES_REQUESTED,
    Topic,
)
from shoal.messaging import Received
from shoal.persistence.recovering import History, Recovered
from shoal_qa.adapters.postgres.guidelines import PostgresGuidelines
from shoal_qa.adapters.postgres.transactions.database import PostgresDatabase
from shoal_qa.schema import OWN_SCHEMA
from shoal_qa.usecases.annotations.record import RecordAnnotations, RecordJobs
from shoal_qa.usecases.decisions import RecordDecisions
from shoal_qa.usecases.erase import EraseSamples
from shoal_qa.usecases.ports import ReceivedAnnotation
from shoal_qa.usecases.recover_labels import RecoverLabels


async def recover_tables(pool: Any, history: History) -> Mapping[str, int]:
    """Store what was announced, in the order in which it depends on each other. No job is evaluated.

    Jobs are evaluated when the rewound groups read their events again, with all votes and labels.
    """
    database, guidelines = PostgresDatabase(pool), PostgresGuidelines(pool)
    record_jobs, record_decisions = RecordJobs(database, _evaluate_none, utc_now), RecordDecisions(database)
    record_annotations, erase = RecordAnnotations(database, _evaluate_none), EraseSamples(database, utc_now)

    async def take(topic: Topic, handle: Callable[[Sequence[Received]], Awaitable[Any]]) -> int:
        count = 0
        async for batch in history.read(topic):
            await handle(batch)
            count += len(batch)
        return count

    return {
        "guidelines read": await take(
            GUIDELINES_PUBLISHED, lambda batch: guidelines.recover(_events_of(batch))
        ),
        "jobs read": await take(LABELING_JOBS, lambda batch: record_jobs(_events_of(batch))),
        "decisions read": await take(SAMPLING_DECISIONS, lambda batch: record_decisions(_events_of(batch))),
        "annotations read": await take(
            LABELS_SUBMITTED,
            lambda batch: record_annotations([_received_annotation(record) for record in batch]),
        ),
        "labels": await _recover_labels(RecoverLabels(database), history),
        "erasures read": await take(SAMPLES_ERASED, lambda batch: erase(_events_of(batch))),
    }


async def _recover_labels(recover: RecoverLabels, history: History) -> int:
    labels, requests = [
        [record.event async for batch in history.read(topic) for record in batch]
        for topic in (LABELS_ACCEPTED, VOTES_REQUESTED)
    ]
    return await recover(labels, requests)


def _events_of(batch: Sequence[Received]) -> list[Any]:
    return [record.event for record in batch]


def _received_annotation(record: Received) -> ReceivedAnnotation:
    return ReceivedAnnotation(record.event, f"{record.partition}/{record.offset}")


async def _evaluate_none(job_ids: Collection[str]) -> int:
    """Leave jobs as they are."""
    del job_ids
    return 0


RECOVERED = Recovered(OWN_SCHEMA.name, recover_tables)
