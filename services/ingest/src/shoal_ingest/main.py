"""The composition root, the only module that imports all others."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

from shoal.clock import utc_now
from shoal.media.fsspec_store import FsspecMedia
from shoal.messaging import Publisher
from shoal.persistence import Janitor, Relay, opened_pool, outbox_measure, postgres_dependency, prepare_schema
from shoal.persistence.retention import INTERVAL_S
from shoal.runtime import Loop, Service, run_service
from shoal.security import ProjectDirectory
from shoal.sources import Sources
from shoal_ingest.adapters.erasures import PostgresErasures
from shoal_ingest.adapters.generations import PostgresGenerations
from shoal_ingest.adapters.halves import PostgresHalves
from shoal_ingest.adapters.media import PostgresMedia
from shoal_ingest.adapters.projects import PostgresProjects
from shoal_ingest.adapters.samples import PostgresSampleIds
from shoal_ingest.consumers import half_consumer
from shoal_ingest.http.app import make_app
from shoal_ingest.http.parts import Parts
from shoal_ingest.retention import TABLES
from shoal_ingest.schema import OWN_SCHEMA
from shoal_ingest.settings import IngestSettings
from shoal_ingest.usecases.accept import AcceptInferences
from shoal_ingest.usecases.erase import EraseSamples
from shoal_ingest.usecases.join_halves import JoinHalves
from shoal_ingest.usecases.media.find import FindMedia
from shoal_ingest.usecases.media.keep import KeepMedia
from shoal_ingest.usecases.media.remove import RemoveMedia
from shoal_ingest.usecases.media.samples import SampleImages
from shoal_ingest.usecases.media.show import ShowMedia, SignLinks
from shoal_ingest.usecases.media.work import PictureWork
from shoal_ingest.usecases.projects import ManageProjects
from shoal_ingest.usecases.receive_half import ReceiveHalf

SCHEMA = OWN_SCHEMA.name
EXPIRE_S = 600.0
REMOVE_S = 60.0


@asynccontextmanager
async def build_service(settings: IngestSettings, publisher: Publisher) -> AsyncIterator[Service]:
    """Open the service's resources, wire the service, and close them at the end."""
    await prepare_schema(settings.postgres_dsn, OWN_SCHEMA, settings.migrate)
    async with opened_pool(settings.postgres_dsn, SCHEMA) as pool:
        yield wire_service(settings, publisher, pool)


def wire_service(settings: IngestSettings, publisher: Publisher, pool: Any) -> Service:
    """Return the service, wired from its parts."""
    directory, projects = ProjectDirectory(), PostgresProjects(pool)
    window = timedelta(hours=settings.join_window_hours)
    sample_ids, halves = PostgresSampleIds(pool), PostgresHalves(pool)
    media, store, work = (
        PostgresMedia(pool),
        FsspecMedia(settings.media_uri),
        PictureWork(settings.media_threads),
    )
    keep_media = KeepMedia(
        ledger=media, store=store, work=work, limits=settings.picture_limits, clock=utc_now
    )
    join = JoinHalves(
        halves=halves,
        sample_ids=sample_ids,
        publisher=publisher,
        clock=utc_now,
        window=window,
    )
    janitor = Janitor(pool, TABLES, days=settings.retention_days, clock=utc_now)
    return Service(
        name="ingest",
        app=make_app(
            Parts(
                accept=AcceptInferences(
                    projects=directory,
                    generations=PostgresGenerations(pool),
                    sample_ids=sample_ids,
                    publisher=publisher,
                    images=SampleImages(keep_media, media),
                    sources=Sources.parse(settings.media_hosts),
                    clock=utc_now,
                ),
                receive_half=ReceiveHalf(publisher),
                manage_projects=ManageProjects(projects, directory.put_published, utc_now),
                erase_samples=EraseSamples(PostgresErasures(pool), sample_ids, utc_now),
                keep_media=keep_media,
                find_media=FindMedia(media),
                sign_links=SignLinks(settings.media_secret, settings.media_public_url, utc_now),
                show_media=ShowMedia(
                    keys=settings.media_keys,
                    store=store,
                    work=work,
                    limits=settings.picture_limits,
                    clock=utc_now,
                ),
                max_body_bytes=settings.max_body_bytes,
                max_media_bytes=settings.media_max_bytes,
                clock=utc_now,
            )
        ),
        consumers=[half_consumer(join)],
        loops=[
            Loop(name="expire", step=join.expire, interval_s=EXPIRE_S),
            Loop(
                name="unused_media", step=RemoveMedia(media, store, utc_now), interval_s=REMOVE_S, drain=True
            ),
            Loop(name="retention", step=janitor, interval_s=INTERVAL_S, drain=True),
        ],
        measures=[outbox_measure(pool), halves.measure],
        background=[Relay(pool, publisher)],
        dependencies=[
            postgres_dependency(settings.postgres_dsn, OWN_SCHEMA, needed_by=frozenset({"worker"}))
        ],
        directory=directory,
        key_changes=projects.changes,
    )


def main() -> None:
    """Run the service until SIGTERM or SIGINT."""
    run_service(IngestSettings(), build_service)


if __name__ == "__main__":
    main()
