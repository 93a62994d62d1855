"""The composition root, which wires use cases to adapters."""

import random
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from shoal.clock import utc_now
from shoal.messaging import Consumer, Publisher
from shoal.persistence import Janitor, Relay, opened_pool, outbox_measure, postgres_dependency, prepare_schema
from shoal.persistence.retention import INTERVAL_S
from shoal.runtime import Loop, Service, run_service
from shoal.security import ProjectDirectory
from shoal_gateway.adapters.generic.mapping import TaskMedia
from shoal_gateway.adapters.media import SignedAddresses
from shoal_gateway.adapters.postgres.configs import PostgresConfigs, PostgresCursors
from shoal_gateway.adapters.postgres.guidelines import StoredGuidelines
from shoal_gateway.adapters.postgres.inbox import PostgresInbox
from shoal_gateway.adapters.postgres.ledger import PostgresLedger
from shoal_gateway.adapters.postgres.reports import PostgresReports
from shoal_gateway.adapters.postgres.tallies import PostgresTallies
from shoal_gateway.adapters.postgres.transactions.database import PostgresDatabase
from shoal_gateway.adapters.postgres.work import PostgresWork
from shoal_gateway.adapters.registry import Registry
from shoal_gateway.adapters.watching import Metrics
from shoal_gateway.consumers import erasure_consumer, guideline_broadcast, job_consumer, vote_consumer
from shoal_gateway.http.app import make_app
from shoal_gateway.http.parts import Parts
from shoal_gateway.retention import TABLES
from shoal_gateway.schema import OWN_SCHEMA
from shoal_gateway.settings import GatewaySettings
from shoal_gateway.usecases.annotations.record_annotations import RecordAnnotations
from shoal_gateway.usecases.inhouse.annotate import Annotate
from shoal_gateway.usecases.inhouse.last_answer import FindLastAnswer
from shoal_gateway.usecases.jobs.create_jobs import CreateJobs
from shoal_gateway.usecases.jobs.erase_samples import EraseSamples
from shoal_gateway.usecases.jobs.request_votes import RequestVotes
from shoal_gateway.usecases.lanes import Lanes
from shoal_gateway.usecases.measure import MeasureBacklog
from shoal_gateway.usecases.providers.carry_out import CarryOut
from shoal_gateway.usecases.providers.dispatch import Dispatch
from shoal_gateway.usecases.providers.poll_feeds import PollFeeds
from shoal_gateway.usecases.providers.receive_webhook import DrainInbox, ReceiveWebhook

SCHEMA = OWN_SCHEMA.name
IDLE_S = 0.5
SWEEP_S = 5.0


@asynccontextmanager
async def build_service(settings: GatewaySettings, publisher: Publisher) -> AsyncIterator[Service]:
    """Open the pools, wire the service, and close it at the end.

    Look-ups have a separate pool: a transaction that loads a guideline must never wait for a connection that
    another transaction holds.
    """
    await prepare_schema(settings.postgres_dsn, OWN_SCHEMA, settings.migrate)
    async with AsyncExitStack() as closing:
        pool = await closing.enter_async_context(opened_pool(settings.postgres_dsn, SCHEMA))
        lookups = await closing.enter_async_context(opened_pool(settings.postgres_dsn, SCHEMA))
        await PostgresConfigs(lookups).announce_all()
        yield wire_service(settings, publisher, pool=pool, lookups=lookups, closing=closing)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """What several use cases share."""

    pool: Any
    database: PostgresDatabase
    configs: PostgresConfigs
    guidelines: StoredGuidelines
    inbox: PostgresInbox
    providers: Registry
    media: SignedAddresses
    watch: Metrics

    @property
    def record(self) -> RecordAnnotations:
        """Return the use case that takes in annotations, however they arrive."""
        return RecordAnnotations(self.guidelines, self.providers, self.watch)


def wire_service(
    settings: GatewaySettings, publisher: Publisher, *, pool: Any, lookups: Any, closing: AsyncExitStack
) -> Service:
    """Return the service, wired. `closing` ends its work with vendors and closes their connections."""
    adapters = _make_adapters(settings, pool, lookups)
    closing.push_async_callback(adapters.providers.aclose)
    dispatching = _dispatching_loop(settings, adapters, closing)
    draining = _draining_loop(settings, adapters, closing)
    requests = RequestVotes(adapters.database, adapters.configs, adapters.providers, dispatching.wake)
    directory = ProjectDirectory()
    parts = _http_parts(settings, adapters, directory, dispatching=dispatching, draining=draining)
    guidelines = adapters.guidelines
    janitor = Janitor(adapters.pool, TABLES, days=settings.retention_days, clock=utc_now)
    return Service(
        name="labeling-gateway",
        app=make_app(parts, settings.media_public_url),
        consumers=_make_consumers(adapters, requests, dispatching),
        broadcasts=[guideline_broadcast(guidelines.announce)],
        dependencies=[postgres_dependency(settings.postgres_dsn, OWN_SCHEMA)],
        directory=directory,
        serves_without_kafka=True,
        loops=[
            dispatching,
            draining,
            _polling_loop(settings, adapters, closing),
            Loop(name="requests", step=requests.sweep, interval_s=SWEEP_S, drain=True),
            Loop(name="guidelines", step=guidelines.store_announced, interval_s=IDLE_S, drain=True),
            Loop(name="retention", step=janitor, interval_s=INTERVAL_S, drain=True),
        ],
        measures=[outbox_measure(pool), MeasureBacklog(PostgresTallies(pool), utc_now)],
        background=[Relay(pool, publisher)],
    )


def _make_adapters(settings: GatewaySettings, pool: Any, lookups: Any) -> Adapters:
    public_url = settings.public_url or f"http://{settings.http_host}:{settings.http_port}"
    media = SignedAddresses(settings.media_secret, settings.media_public_url, utc_now)
    providers = Registry(
        lookups,
        public_url,
        utc_now,
        networks=settings.networks,
        media=TaskMedia(media, timedelta(hours=settings.vendor_media_hours)),
        call_s=settings.vendor_timeout_s,
    )
    return Adapters(
        pool=pool,
        database=PostgresDatabase(pool, utc_now),
        configs=PostgresConfigs(lookups),
        guidelines=StoredGuidelines(lookups, saves=settings.role != "http"),
        inbox=PostgresInbox(pool, utc_now),
        providers=providers,
        media=media,
        watch=Metrics(),
    )


def _draining_loop(settings: GatewaySettings, adapters: Adapters, closing: AsyncExitStack) -> Loop:
    drain = DrainInbox(adapters.inbox, adapters.configs, adapters.record, adapters.watch)
    lanes = Lanes(
        due=drain.due,
        work=drain,
        failed=drain.lane_failed,
        hung=partial(adapters.watch.lanes_hung, "inbox"),
        limit_s=settings.stuck_s,
        name="/".join,
    )
    return _lanes_loop("inbox", lanes, closing)


def _dispatching_loop(settings: GatewaySettings, adapters: Adapters, closing: AsyncExitStack) -> Loop:
    dispatch = Dispatch(
        ledger=PostgresLedger(adapters.pool),
        configs=adapters.configs,
        providers=adapters.providers,
        carry_out=CarryOut(adapters.guidelines, random.random),  # noqa: S311 - the jitter of waits
        watch=adapters.watch,
        clock=utc_now,
        lease=timedelta(seconds=settings.intent_lease_s),
    )
    lanes = Lanes(
        due=dispatch.due,
        work=dispatch,
        failed=dispatch.lane_failed,
        wake=lambda: loop.wake(),
        hung=partial(adapters.watch.lanes_hung, "dispatch"),
        limit_s=settings.stuck_s,
        name="/".join,
    )
    loop = _lanes_loop("dispatch", lanes, closing)
    return loop


def _polling_loop(settings: GatewaySettings, adapters: Adapters, closing: AsyncExitStack) -> Loop:
    poll = PollFeeds(
        database=adapters.database,
        cursors=PostgresCursors(adapters.pool),
        providers=adapters.providers,
        record=adapters.record,
        watch=adapters.watch,
        clock=utc_now,
        interval=timedelta(seconds=settings.poll_interval_s),
    )
    lanes = Lanes(
        due=poll.due,
        work=poll,
        failed=poll.lane_failed,
        hung=partial(adapters.watch.lanes_hung, "poll"),
        limit_s=settings.stuck_s,
        name=lambda config: "/".join(config.key),
    )
    return _lanes_loop("poll", lanes, closing, interval_s=min(IDLE_S, settings.poll_interval_s))


def _lanes_loop(name: str, lanes: Lanes[Any], closing: AsyncExitStack, *, interval_s: float = IDLE_S) -> Loop:
    """Return the loop that starts lanes with work; `closing` ends what they do."""
    closing.push_async_callback(lanes.close)
    return Loop(name=name, step=lanes, interval_s=interval_s, describe=lanes.describe_hung)


def _http_parts(
    settings: GatewaySettings,
    adapters: Adapters,
    directory: ProjectDirectory,
    *,
    dispatching: Loop,
    draining: Loop,
) -> Parts:
    annotate = Annotate(
        database=adapters.database,
        configs=adapters.configs,
        record=adapters.record,
        watch=adapters.watch,
        clock=utc_now,
        lease_length=timedelta(minutes=settings.lease_minutes),
    )
    receive_webhook = ReceiveWebhook(
        database=adapters.database,
        inbox=adapters.inbox,
        configs=adapters.configs,
        providers=adapters.providers,
        record=adapters.record,
        watch=adapters.watch,
        clock=utc_now,
        wake=draining.wake,
    )
    return Parts(
        annotate=annotate,
        last_answer=FindLastAnswer(adapters.database, utc_now),
        guidelines=adapters.guidelines,
        reports=PostgresReports(adapters.pool),
        work=PostgresWork(adapters.pool, utc_now),
        configs=adapters.configs,
        receive_webhook=receive_webhook,
        projects=directory,
        networks=settings.networks,
        media=adapters.media,
        wake=dispatching.wake,
    )


def _make_consumers(adapters: Adapters, requests: RequestVotes, dispatching: Loop) -> list[Consumer[Any]]:
    create_jobs = CreateJobs(
        database=adapters.database,
        configs=adapters.configs,
        providers=adapters.providers,
        requests=requests,
        wake=dispatching.wake,
    )
    return [
        job_consumer(create_jobs),
        vote_consumer(requests),
        erasure_consumer(EraseSamples(adapters.database, dispatching.wake)),
    ]


def main() -> None:
    """Run the service until it is stopped."""
    run_service(GatewaySettings(), build_service)


if __name__ == "__main__":
    main()
