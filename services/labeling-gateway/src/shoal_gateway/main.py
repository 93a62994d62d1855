"""The composition root, which wires use cases to adapters."""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import httpx

from shoal.clock import utc_now
from shoal.messaging import Publisher
from shoal.persistence import Relay, migrate, open_pool
from shoal.runtime import Loop, Service, run_service
from shoal.security import ProjectDirectory
from shoal_gateway.adapters.postgres.configs import PostgresConfigs, PostgresCursors
from shoal_gateway.adapters.postgres.database import PostgresDatabase
from shoal_gateway.adapters.postgres.guidelines import StoredGuidelines
from shoal_gateway.adapters.postgres.inbox import PostgresInbox
from shoal_gateway.adapters.postgres.ledger import PostgresLedger
from shoal_gateway.adapters.postgres.reports import PostgresReports
from shoal_gateway.adapters.registry import Registry
from shoal_gateway.adapters.watching import Metrics
from shoal_gateway.consumers import erasure_consumer, guideline_broadcast, job_consumer, vote_consumer
from shoal_gateway.http.app import make_app
from shoal_gateway.http.parts import Parts
from shoal_gateway.settings import GatewaySettings
from shoal_gateway.usecases.annotate import Annotate
from shoal_gateway.usecases.carry_out import CarryOut
from shoal_gateway.usecases.create_jobs import CreateJobs
from shoal_gateway.usecases.dispatch import Dispatch
from shoal_gateway.usecases.erase_samples import EraseSamples
from shoal_gateway.usecases.poll_feeds import PollFeeds
from shoal_gateway.usecases.receive_webhook import DrainInbox, ReceiveWebhook
from shoal_gateway.usecases.record_annotations import RecordAnnotations
from shoal_gateway.usecases.request_votes import RequestVotes

SCHEMA = "gateway"
IDLE_S = 0.5
SWEEP_S = 5.0


@asynccontextmanager
async def build_service(settings: GatewaySettings, publisher: Publisher) -> AsyncIterator[Service]:
    """Open the pools and the HTTP client, wire the service, and close them at the end.

    Look-ups have a separate pool: a transaction that loads a guideline must never wait for a connection that
    another transaction holds.
    """
    await migrate(settings.postgres_dsn, schema=SCHEMA, package="shoal_gateway", outbox=True)
    pool = await open_pool(settings.postgres_dsn, schema=SCHEMA)
    lookups = await open_pool(settings.postgres_dsn, schema=SCHEMA)
    async with httpx.AsyncClient(follow_redirects=False) as http:
        try:
            yield wire_service(settings, publisher, pool=pool, lookups=lookups, http=http)
        finally:
            await lookups.close()
            await pool.close()


def wire_service(
    settings: GatewaySettings, publisher: Publisher, *, pool: Any, lookups: Any, http: httpx.AsyncClient
) -> Service:
    """Return the service, wired."""
    public_url = settings.public_url or f"http://{settings.http_host}:{settings.http_port}"
    database, configs = PostgresDatabase(pool, utc_now), PostgresConfigs(lookups)
    guidelines, directory, watch = StoredGuidelines(lookups), ProjectDirectory(), Metrics()
    inbox = PostgresInbox(pool, utc_now)
    providers = Registry(lookups, http, public_url, utc_now)
    record = RecordAnnotations(guidelines, providers, watch)
    dispatch = Dispatch(
        ledger=PostgresLedger(pool),
        configs=configs,
        providers=providers,
        carry_out=CarryOut(guidelines, random.random),
        watch=watch,
        clock=utc_now,
        lease=timedelta(seconds=settings.intent_lease_s),
    )
    interval = timedelta(seconds=settings.poll_interval_s)
    poll = PollFeeds(
        database=database,
        cursors=PostgresCursors(pool),
        providers=providers,
        record=record,
        watch=watch,
        clock=utc_now,
        interval=interval,
    )
    dispatching = Loop(name="dispatch", step=dispatch, interval_s=IDLE_S, drain=True)
    drain = DrainInbox(inbox, configs, record, watch)
    draining = Loop(name="inbox", step=drain, interval_s=IDLE_S, drain=True)
    requests = RequestVotes(database, configs, providers, dispatching.wake)
    annotate = Annotate(
        database=database,
        record=record,
        watch=watch,
        clock=utc_now,
        lease_length=timedelta(minutes=settings.lease_minutes),
    )
    receive_webhook = ReceiveWebhook(
        database=database,
        inbox=inbox,
        configs=configs,
        providers=providers,
        record=record,
        watch=watch,
        clock=utc_now,
        wake=draining.wake,
    )
    return Service(
        name="labeling-gateway",
        app=make_app(
            Parts(
                annotate=annotate,
                guidelines=guidelines,
                reports=PostgresReports(pool),
                configs=configs,
                receive_webhook=receive_webhook,
                projects=directory,
                wake=dispatching.wake,
            )
        ),
        consumers=[
            job_consumer(
                CreateJobs(
                    database=database,
                    configs=configs,
                    providers=providers,
                    requests=requests,
                    wake=dispatching.wake,
                )
            ),
            vote_consumer(requests),
            erasure_consumer(EraseSamples(database, dispatching.wake)),
        ],
        broadcasts=[guideline_broadcast(guidelines.announce)],
        directory=directory,
        loops=[
            dispatching,
            draining,
            Loop(name="poll", step=poll, interval_s=min(IDLE_S, settings.poll_interval_s), drain=True),
            Loop(name="requests", step=requests.sweep, interval_s=SWEEP_S, drain=True),
            Loop(name="guidelines", step=guidelines.store_announced, interval_s=IDLE_S, drain=True),
        ],
        background=[Relay(pool, publisher).run],
    )


def main() -> None:
    """Run the service until it is stopped."""
    run_service(GatewaySettings(), build_service)


if __name__ == "__main__":
    main()
