"""How the gateway's tables recover after they were restored to an earlier moment than Kafka."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from shoal.clock import utc_now
from shoal.contracts.topics import LABELING_JOBS, LABELS_SUBMITTED, SAMPLES_ERASED, VOTES_REQUESTED
from shoal.http.networks import Networks
from shoal.messaging import Received
from shoal.persistence.recovering import History, Recovered
from shoal_gateway.adapters.generic.mapping import TaskMedia
from shoal_gateway.adapters.media import SignedAddresses
from shoal_gateway.adapters.postgres.configs import PostgresConfigs
from shoal_gateway.adapters.postgres.guidelines import StoredGuidelines
from shoal_gateway.adapters.postgres.transactions.database import PostgresDatabase
from shoal_gateway.adapters.registry import Registry
from shoal_gateway.adapters.watching import Metrics
from shoal_gateway.schema import OWN_SCHEMA
from shoal_gateway.usecases.annotations.record_annotations import RecordAnnotations
from shoal_gateway.usecases.annotations.recover_annotations import RecoverAnnotations, split_waves
from shoal_gateway.usecases.jobs.create_jobs import CreateJobs
from shoal_gateway.usecases.jobs.erase_samples import EraseSamples
from shoal_gateway.usecases.jobs.request_votes import RequestVotes


async def recover_tables(pool: Any, history: History) -> Mapping[str, int]:
    """Store jobs, then requests and annotations in the order of their times, then erasures.

    Nothing is sent to providers: their calls wait in the ledger until the gateway runs.
    """
    database, configs = PostgresDatabase(pool, utc_now), PostgresConfigs(pool)
    media = TaskMedia(SignedAddresses(None, "", utc_now), timedelta())
    providers = Registry(pool, "", utc_now, networks=Networks(), media=media)
    requests = RequestVotes(database, configs, providers, _wake_nobody)
    create = CreateJobs(
        database=database, configs=configs, providers=providers, requests=requests, wake=_wake_nobody
    )
    record = RecordAnnotations(StoredGuidelines(pool, saves=False), providers, Metrics())
    recover, erase = RecoverAnnotations(database, configs, record), EraseSamples(database, _wake_nobody)
    counts = dict.fromkeys(("jobs read", "requests read", "annotations", "erasures read"), 0)
    async for batch in history.read(LABELING_JOBS):
        await create([received.event for received in batch])
        counts["jobs read"] += len(batch)
    for wave in split_waves(await _requests_and_annotations(history)):
        vote_requests = [received.event for received in wave if received.topic == VOTES_REQUESTED.name]
        await requests(vote_requests)
        counts["requests read"] += len(vote_requests)
        counts["annotations"] += await recover(
            [received.event for received in wave if received.topic == LABELS_SUBMITTED.name]
        )
    async for batch in history.read(SAMPLES_ERASED):
        await erase([received.event for received in batch])
        counts["erasures read"] += len(batch)
    await providers.aclose()
    return counts


async def _requests_and_annotations(history: History) -> list[Received]:
    topics = (VOTES_REQUESTED, LABELS_SUBMITTED)
    records = [record for topic in topics async for batch in history.read(topic) for record in batch]
    return sorted(records, key=lambda record: record.timestamp)


def _wake_nobody() -> None:
    """Do nothing: no loop runs."""


RECOVERED = Recovered(OWN_SCHEMA.name, recover_tables)
