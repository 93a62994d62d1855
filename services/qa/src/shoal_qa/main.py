"""The composition root: builds the service from its parts and runs it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from shoal.clock import utc_now
from shoal.messaging import Publisher
from shoal.persistence import Janitor, Relay, opened_pool, outbox_measure, postgres_dependency, prepare_schema
from shoal.persistence.retention import INTERVAL_S
from shoal.runtime import Loop, Service, run_service
from shoal.security import ProjectDirectory
from shoal_qa.adapters.exports.beside import FsspecExports
from shoal_qa.adapters.files.datasets import FsspecFiles
from shoal_qa.adapters.postgres.accepted import PostgresAccepted
from shoal_qa.adapters.postgres.annotators import PostgresAnnotators
from shoal_qa.adapters.postgres.datasets import PostgresRegistry
from shoal_qa.adapters.postgres.fits import PostgresFits
from shoal_qa.adapters.postgres.guidelines import PostgresGuidelines, PostgresRules
from shoal_qa.adapters.postgres.measures import PostgresMeasures
from shoal_qa.adapters.postgres.quality import PostgresQuality
from shoal_qa.adapters.postgres.reports import PostgresReports
from shoal_qa.adapters.postgres.transactions.database import PostgresDatabase
from shoal_qa.consumers import annotation_consumer, decision_consumer, erasure_consumer, job_consumer
from shoal_qa.http.app import make_app
from shoal_qa.http.parts import Parts
from shoal_qa.retention import TABLES
from shoal_qa.schema import OWN_SCHEMA
from shoal_qa.settings import QaSettings
from shoal_qa.usecases.annotations.expire import ExpireParked
from shoal_qa.usecases.annotations.record import RecordAnnotations, RecordJobs
from shoal_qa.usecases.ask_again import AskAgain
from shoal_qa.usecases.datasets.export_version import ExportVersion
from shoal_qa.usecases.datasets.files import FindVersion, OpenDatasetFile
from shoal_qa.usecases.datasets.freezing import FreezeDataset
from shoal_qa.usecases.datasets.rebuild import RebuildVersion
from shoal_qa.usecases.datasets.restore import RestoreVersions
from shoal_qa.usecases.decisions import RecordDecisions
from shoal_qa.usecases.erase import EraseSamples
from shoal_qa.usecases.evaluation.evaluate import Evaluate
from shoal_qa.usecases.evaluation.preview import PreviewRule
from shoal_qa.usecases.evaluation.refit import Refit
from shoal_qa.usecases.gold import AddGold
from shoal_qa.usecases.label_errors.find import FindLabelErrors
from shoal_qa.usecases.measures.jobs import MeasureJobs
from shoal_qa.usecases.measures.quality import MeasureQuality
from shoal_qa.usecases.review import DecideReview

SCHEMA = OWN_SCHEMA.name
EXPIRE_S = 60.0
LONGEST_FIT_S = 3600.0  # one fit of a large project is one step without signs of progress


@asynccontextmanager
async def build_service(settings: QaSettings, publisher: Publisher) -> AsyncIterator[Service]:
    """Migrate the database, open its pool, and yield the service; close the pool at the end."""
    await prepare_schema(settings.postgres_dsn, OWN_SCHEMA, settings.migrate)
    async with opened_pool(settings.postgres_dsn, SCHEMA) as pool:
        if settings.datasets_restore:
            await RestoreVersions(FsspecFiles(settings.datasets_uri), PostgresRegistry(pool))()
        yield wire_service(settings, publisher, pool)


def wire_service(settings: QaSettings, publisher: Publisher, pool: Any) -> Service:
    """Return the service built from its parts."""
    database, fits, measures = PostgresDatabase(pool), PostgresFits(pool), PostgresMeasures(pool)
    evaluate = Evaluate(database, utc_now)
    refit = Refit(
        database=database,
        fits=fits,
        annotators=PostgresAnnotators(pool),
        quality=PostgresQuality(pool),
        evaluate=evaluate,
        clock=utc_now,
    )
    expire = ExpireParked(database, timedelta(hours=settings.parked_hours), utc_now)
    janitor = Janitor(pool, TABLES, days=settings.retention_days, clock=utc_now)
    return Service(
        name="qa",
        app=make_app(_http_parts(settings, pool, database, fits=fits, evaluate=evaluate)),
        consumers=[
            job_consumer(RecordJobs(database, evaluate, utc_now)),
            annotation_consumer(RecordAnnotations(database, evaluate)),
            decision_consumer(RecordDecisions(database)),
            erasure_consumer(EraseSamples(database, utc_now)),
        ],
        loops=[
            Loop(name="refit", step=refit, interval_s=settings.refit_interval_s, longest_s=LONGEST_FIT_S),
            Loop(name="expire", step=expire, interval_s=EXPIRE_S, drain=True),
            Loop(name="retention", step=janitor, interval_s=INTERVAL_S, drain=True),
        ],
        measures=[outbox_measure(pool), MeasureJobs(measures, utc_now), MeasureQuality(measures)],
        background=[Relay(pool, publisher)],
        dependencies=[postgres_dependency(settings.postgres_dsn, OWN_SCHEMA)],
        directory=ProjectDirectory(),
        serves_without_kafka=True,
    )


def _http_parts(
    settings: QaSettings, pool: Any, database: PostgresDatabase, *, fits: PostgresFits, evaluate: Evaluate
) -> Parts:
    guidelines, reports, registry = PostgresGuidelines(pool), PostgresReports(pool), PostgresRegistry(pool)
    accepted, files = PostgresAccepted(pool), FsspecFiles(settings.datasets_uri)
    find_version = FindVersion(registry)
    return Parts(
        guidelines=guidelines,
        ask_again=AskAgain(accepted, database, utc_now),
        rules=PostgresRules(pool),
        preview_rule=PreviewRule(database, fits),
        add_gold=AddGold(database, guidelines, utc_now),
        reports=reports,
        decide_review=DecideReview(database, evaluate, utc_now),
        find_label_errors=FindLabelErrors(reports, database),
        freeze_dataset=FreezeDataset(accepted, files, registry, utc_now),
        datasets=registry,
        find_version=find_version,
        open_file=OpenDatasetFile(find_version, files),
        rebuild_version=RebuildVersion(find_version, accepted, files),
        export_dataset=ExportVersion(find_version, FsspecExports(settings.datasets_uri)),
        clock=utc_now,
    )


def main() -> None:
    """Run the service until it receives a stop signal."""
    run_service(QaSettings(), build_service)


if __name__ == "__main__":
    main()
