"""The composition root: the only file that knows all the others."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from shoal.messaging import Publisher
from shoal.observability import metrics
from shoal.observability.logs import get_logger
from shoal.persistence import Relay, migrate, open_pool
from shoal.runtime import Service, run_service
from shoal.security import ProjectDirectory
from shoal_qa.adapters.files.datasets import FsspecFiles, PostgresRegistry
from shoal_qa.adapters.postgres.database import PostgresDatabase
from shoal_qa.adapters.postgres.fits import PostgresFits
from shoal_qa.adapters.postgres.guidelines import PostgresGuidelines, PostgresRules
from shoal_qa.adapters.postgres.reports import PostgresReports
from shoal_qa.consumers import annotation_consumer, decision_consumer, erasure_consumer, job_consumer
from shoal_qa.http.app import make_app
from shoal_qa.http.datasets import dataset_routes
from shoal_qa.http.guidelines import GuidelineRoutes
from shoal_qa.http.labels import LabelRoutes
from shoal_qa.settings import QaSettings
from shoal_qa.usecases.datasets import FreezeDataset
from shoal_qa.usecases.decisions import KeepDecisions
from shoal_qa.usecases.erase import EraseSamples
from shoal_qa.usecases.evaluate import Evaluate
from shoal_qa.usecases.expire import ExpireParked
from shoal_qa.usecases.gold import AddGold
from shoal_qa.usecases.record import RecordAnnotations, RecordJobs
from shoal_qa.usecases.refit import Refit
from shoal_qa.usecases.review import DecideReview

SCHEMA = "qa"
EXPIRE_S = 60.0
log = get_logger(__name__)


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


@asynccontextmanager
async def build(settings: QaSettings, publisher: Publisher) -> AsyncIterator[Service]:
    """Open what the service needs, wire it, and close it at the end."""
    await migrate(settings.postgres_dsn, schema=SCHEMA, package="shoal_qa", outbox=True)
    pool = await open_pool(settings.postgres_dsn, schema=SCHEMA)
    try:
        yield wire(settings, publisher, pool)
    finally:
        await pool.close()


def wire(settings: QaSettings, publisher: Publisher, pool: Any) -> Service:
    """Return the service made of its parts."""
    database, fits, directory = PostgresDatabase(pool), PostgresFits(pool), ProjectDirectory()
    guidelines, reports, registry = PostgresGuidelines(pool), PostgresReports(pool), PostgresRegistry(pool)
    evaluate = Evaluate(database, now)
    refit = Refit(database, fits, evaluate, now)
    expire = ExpireParked(database, timedelta(hours=settings.parked_hours), now)
    freeze = FreezeDataset(reports, FsspecFiles(settings.datasets_uri), registry, now)
    add_gold = AddGold(database, guidelines, now)
    return Service(
        name="qa",
        app=make_app(
            [
                GuidelineRoutes(guidelines, PostgresRules(pool), add_gold, reports, directory, now).router(),
                LabelRoutes(reports, DecideReview(database, evaluate, now), directory).router(),
                dataset_routes(freeze, registry, directory),
            ]
        ),
        consumers=[
            job_consumer(RecordJobs(database, evaluate)),
            annotation_consumer(RecordAnnotations(database, evaluate)),
            decision_consumer(KeepDecisions(database)),
            erasure_consumer(EraseSamples(database, now)),
        ],
        background=[
            lambda: repeat("refit", refit, settings.refit_interval_s),
            lambda: repeat("expire", expire, EXPIRE_S),
            Relay(pool, publisher).run,
        ],
        directory=directory,
    )


async def repeat(name: str, work: Callable[[], Awaitable[int]], pause_s: float) -> None:
    """Work for ever; a failed pass is logged and tried again, never the end of the service."""
    while True:
        try:
            await work()
        except Exception as error:
            metrics.LOOP_FAILURES.labels(name).inc()
            log.warning("background_pass_failed", loop=name, error=repr(error))
        await asyncio.sleep(pause_s)


def main() -> None:
    """Run the service until it is told to stop."""
    run_service(QaSettings(), build)


if __name__ == "__main__":
    main()
