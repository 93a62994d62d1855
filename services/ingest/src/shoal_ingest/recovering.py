"""How ingest's tables recover after they were restored to an earlier moment than Kafka."""

from collections.abc import Mapping
from typing import Any

from shoal.clock import utc_now
from shoal.contracts.topics import (
    PROJECTS_CHANGED,
    SAMPLES_BOXED,
    SAMPLES_ERASED,
    SAMPLES_INGESTED,
    SAMPLES_REFERENCED,
)
from shoal.persistence.recovering import History, Recovered
from shoal_ingest.adapters.erasures import PostgresErasures
from shoal_ingest.adapters.generations import PostgresGenerations
from shoal_ingest.adapters.media import PostgresMedia
from shoal_ingest.adapters.projects import PostgresProjects
from shoal_ingest.adapters.samples import PostgresSampleIds
from shoal_ingest.schema import OWN_SCHEMA
from shoal_ingest.usecases.recover_samples import RecoverSamples

SAMPLE_TOPICS = (SAMPLES_REFERENCED, SAMPLES_INGESTED, SAMPLES_BOXED)
"""References first: of an image at an address, the content that its producer sent stands."""


async def recover_tables(pool: Any, history: History) -> Mapping[str, int]:
    """Store projects, then samples, then erasures of samples."""
    counts = dict.fromkeys(("projects", "samples", "erasures"), 0)
    projects, erasures = PostgresProjects(pool), PostgresErasures(pool)
    recover = RecoverSamples(PostgresSampleIds(pool), PostgresGenerations(pool), PostgresMedia(pool), utc_now)
    async for batch in history.read(PROJECTS_CHANGED):
        counts["projects"] += await projects.recover([record.event for record in batch])
    for topic in SAMPLE_TOPICS:
        async for batch in history.read(topic):
            counts["samples"] += await recover([record.event for record in batch])
    async for batch in history.read(SAMPLES_ERASED):
        counts["erasures"] += len(await erasures.add([record.event for record in batch], []))
    return counts


RECOVERED = Recovered(OWN_SCHEMA.name, recover_tables)
