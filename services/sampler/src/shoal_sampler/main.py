"""The composition root: the only module that imports every other."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from qdrant_client import AsyncQdrantClient

from shoal.clock import utc_now
from shoal.messaging import Publisher
from shoal.persistence import Janitor, Relay, opened_pool, outbox_measure, postgres_dependency, prepare_schema
from shoal.persistence.retention import INTERVAL_S
from shoal.runtime import Dependency, Loop, Service, run_service
from shoal.security import ProjectDirectory
from shoal_sampler.adapters.neighbours import QdrantNeighbours
from shoal_sampler.adapters.postgres.campaigns import PostgresAudits, PostgresCampaigns
from shoal_sampler.adapters.postgres.samples import PostgresStore
from shoal_sampler.adapters.postgres.tallies import PostgresTallies
from shoal_sampler.adapters.qdrant import QdrantLookup
from shoal_sampler.consumers import (
    campaign_broadcast,
    erasure_consumer,
    guideline_broadcast,
    label_consumer,
    provider_broadcast,
    sample_consumer,
)
from shoal_sampler.domain.campaigns.audit import Audit
from shoal_sampler.http.app import make_app
from shoal_sampler.http.parts import Parts
from shoal_sampler.retention import TABLES
from shoal_sampler.schema import OWN_SCHEMA
from shoal_sampler.settings import SamplerSettings
from shoal_sampler.usecases.audits import ManageAudits
from shoal_sampler.usecases.campaigns.checks import CheckCampaign
from shoal_sampler.usecases.campaigns.directory import CampaignDirectory, GuidelineDirectory
from shoal_sampler.usecases.campaigns.manage import ManageCampaigns
from shoal_sampler.usecases.measure import MeasureCampaigns
from shoal_sampler.usecases.providers import ProviderDirectory
from shoal_sampler.usecases.similar import FindSimilar
from shoal_sampler.usecases.stream.decide import Decider
from shoal_sampler.usecases.stream.learn import LearnLabels
from shoal_sampler.usecases.stream.memory import Memories
from shoal_sampler.usecases.stream.receive import ReceiveSamples

SCHEMA = OWN_SCHEMA.name


@asynccontextmanager
async def build_service(settings: SamplerSettings, publisher: Publisher) -> AsyncIterator[Service]:
    """Open what the service needs, wire it, and close it at the end."""
    await prepare_schema(settings.postgres_dsn, OWN_SCHEMA, settings.migrate)
    client = AsyncQdrantClient(
        settings.qdrant_url,
        grpc_port=settings.qdrant_grpc_port,
        prefer_grpc=True,
        grpc_options={"grpc.max_reconnect_backoff_ms": 5000},  # by default 2 minutes after a long outage
        api_key=settings.qdrant_api_key.get_secret_value() if settings.qdrant_api_key else None,
        check_compatibility=False,
    )
    try:
        async with opened_pool(settings.postgres_dsn, SCHEMA) as pool:
            yield wire_service(settings, publisher, pool, client)
    finally:
        await client.close()


@dataclass(frozen=True, slots=True)
class Announced:
    """State that every replica builds from compacted topics."""

    campaigns: CampaignDirectory
    guidelines: GuidelineDirectory
    providers: ProviderDirectory


def wire_service(
    settings: SamplerSettings, publisher: Publisher, pool: Any, client: AsyncQdrantClient
) -> Service:
    """Return the service, wired from its parts."""
    audit = Audit(rate=settings.audit_rate, votes_per_day=settings.audit_votes_per_day)
    announced = Announced(CampaignDirectory(), GuidelineDirectory(), ProviderDirectory())
    store, directory, lookup = PostgresStore(pool), ProjectDirectory(), QdrantLookup(client)
    memories = Memories(_salt_of(settings))
    receive = _receive_samples(settings, store, announced, memories=memories, audit=audit)
    learn = LearnLabels(store, memories)
    measure = MeasureCampaigns(
        PostgresTallies(pool),
        announced.guidelines,
        projects=directory.names,
        default_audit=audit,
        clock=utc_now,
    )
    janitor = Janitor(pool, TABLES, days=settings.retention_days, clock=utc_now)
    return Service(
        name="sampler",
        app=make_app(_http_parts(pool, client, lookup, announced=announced, audit=audit)),
        consumers=[sample_consumer(receive), label_consumer(learn), erasure_consumer(learn)],
        broadcasts=[
            campaign_broadcast(announced.campaigns),
            guideline_broadcast(announced.guidelines),
            provider_broadcast(announced.providers),
        ],
        loops=[
            Loop(name="windows", step=receive.close_windows, interval_s=settings.window_tick_s),
            Loop(name="retention", step=janitor, interval_s=INTERVAL_S, drain=True),
        ],
        measures=[outbox_measure(pool), measure],
        background=[Relay(pool, publisher)],
        dependencies=[
            postgres_dependency(settings.postgres_dsn, OWN_SCHEMA),
            Dependency(name="qdrant", ask=lookup.fault, needed_by=frozenset()),  # only to check new campaigns
        ],
        directory=directory,
        serves_without_kafka=True,
    )


def _receive_samples(
    settings: SamplerSettings, store: PostgresStore, announced: Announced, *, memories: Memories, audit: Audit
) -> ReceiveSamples:
    """Return the use case that takes in samples and decides on them."""
    decider = Decider(
        store,
        announced.campaigns,
        announced.guidelines,
        memories,
        salt=_salt_of(settings),
        default_audit=audit,
        first_wait=timedelta(seconds=settings.first_campaign_wait_s),
        clock=utc_now,
    )
    return ReceiveSamples(
        store,
        decider,
        announced.campaigns,
        announced.guidelines,
        waiting_limit=settings.waiting_limit,
        clock=utc_now,
    )


def _http_parts(
    pool: Any, client: AsyncQdrantClient, lookup: QdrantLookup, *, announced: Announced, audit: Audit
) -> Parts:
    campaigns, guidelines = PostgresCampaigns(pool), announced.guidelines
    check = CheckCampaign(guidelines=guidelines, providers=announced.providers, stream=lookup, clock=utc_now)
    return Parts(
        manage_campaigns=ManageCampaigns(campaigns=campaigns, vectors=lookup, check=check, clock=utc_now),
        campaigns=campaigns,
        manage_audits=ManageAudits(PostgresAudits(pool), audit, utc_now),
        guidelines=guidelines,
        find_similar=FindSimilar(lookup, QdrantNeighbours(client)),
        clock=utc_now,
    )


def _salt_of(settings: SamplerSettings) -> bytes:
    return settings.audit_salt.get_secret_value().encode()[:64]


def main() -> None:
    """Run the service until it is stopped."""
    run_service(SamplerSettings(), build_service)


if __name__ == "__main__":
    main()
