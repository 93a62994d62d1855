"""The composition root, the only module that imports all others."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from shoal import __version__
from shoal.clock import utc_now
from shoal.contracts.topics import SAMPLES_REFERENCED
from shoal.http.networks import Networks
from shoal.media.fsspec_store import FsspecMedia
from shoal.messaging import Publisher
from shoal.messaging.dead_letters.late import LateLetters
from shoal.persistence import Janitor, Relay, opened_pool, outbox_measure, postgres_dependency, prepare_schema
from shoal.persistence.retention import INTERVAL_S
from shoal.pictures.showing import PictureLimits
from shoal.runtime import Loop, Service, run_service
from shoal.security import ProjectDirectory
from shoal_ingest.adapters.erasures import PostgresErasures
from shoal_ingest.adapters.fetches import PostgresFetches
from shoal_ingest.adapters.fetching import Fetcher
from shoal_ingest.adapters.generations import PostgresGenerations
from shoal_ingest.adapters.halves import PostgresHalves
from shoal_ingest.adapters.media import PostgresMedia
from shoal_ingest.adapters.projects import PostgresProjects
from shoal_ingest.adapters.samples import PostgresSampleIds
from shoal_ingest.consumers import FETCHER_GROUP, half_consumer, reference_consumer
from shoal_ingest.http.app import make_app
from shoal_ingest.http.parts import Parts
from shoal_ingest.retention import TABLES
from shoal_ingest.schema import OWN_SCHEMA
from shoal_ingest.settings import IngestSettings
from shoal_ingest.usecases.accept import AcceptInferences
from shoal_ingest.usecases.erase import EraseSamples
from shoal_ingest.usecases.fetch_images import MOST_AT_ONCE, FetchImages, QueueFetches
from shoal_ingest.usecases.halves.join_halves import JoinHalves
from shoal_ingest.usecases.halves.receive_half import ReceiveHalf
from shoal_ingest.usecases.media.find import FindMedia
from shoal_ingest.usecases.media.keep import KeepMedia
from shoal_ingest.usecases.media.remove import RemoveMedia
from shoal_ingest.usecases.media.samples import SampleImages
from shoal_ingest.usecases.media.show import ShowMedia, SignLinks
from shoal_ingest.usecases.media.sources import Sources
from shoal_ingest.usecases.media.work import PictureWork
from shoal_ingest.usecases.projects import ManageProjects

SCHEMA = OWN_SCHEMA.name
EXPIRE_S = 600.0
REMOVE_S = 60.0
FETCH_S = 1.0


@asynccontextmanager
async def build_service(settings: IngestSettings, publisher: Publisher) -> AsyncIterator[Service]:
    """Open the service's resources, wire the service, and close them at the end."""
    await prepare_schema(settings.postgres_dsn, OWN_SCHEMA, settings.migrate)
    async with opened_pool(settings.postgres_dsn, SCHEMA) as pool:
        yield wire_service(settings, publisher, pool)


@dataclass(frozen=True, slots=True, kw_only=True)
class Images:
    """Stored images: the ledger of what is stored, the store, and the limits of what may be."""

    ledger: PostgresMedia
    store: FsspecMedia
    work: PictureWork
    limits: PictureLimits

    @property
    def keep(self) -> KeepMedia:
        """Return the use case that stores an image, however it arrives."""
        return KeepMedia(
            ledger=self.ledger, store=self.store, work=self.work, limits=self.limits, clock=utc_now
        )

    def show(self, keys: Sequence[str]) -> ShowMedia:
        """Return the use case that shows an image under its signed address."""
        return ShowMedia(keys=keys, store=self.store, work=self.work, limits=self.limits, clock=utc_now)


def wire_service(settings: IngestSettings, publisher: Publisher, pool: Any) -> Service:
    """Return the service, wired from its parts."""
    directory, projects = ProjectDirectory(), PostgresProjects(pool)
    halves, fetches = PostgresHalves(pool), PostgresFetches(pool)
    images = Images(
        ledger=PostgresMedia(pool),
        store=FsspecMedia(settings.media_uri),
        work=PictureWork(settings.media_threads),
        limits=settings.picture_limits,
    )
    join = JoinHalves(
        halves=halves,
        sample_ids=PostgresSampleIds(pool),
        publisher=publisher,
        clock=utc_now,
        window=timedelta(hours=settings.join_window_hours),
    )
    fetching = _fetching_loop(settings, fetches, images.keep)
    return Service(
        name="ingest",
        app=make_app(
            Parts(
                accept=_accept_inferences(settings, publisher, directory, pool=pool, images=images),
                receive_half=ReceiveHalf(publisher),
                manage_projects=ManageProjects(projects, directory.put_published, utc_now),
                erase_samples=EraseSamples(PostgresErasures(pool), PostgresSampleIds(pool), utc_now),
                keep_media=images.keep,
                find_media=FindMedia(images.ledger),
                sign_links=SignLinks(settings.media_secret, settings.media_public_url, utc_now),
                show_media=images.show(settings.media_keys),
                max_body_bytes=settings.max_body_bytes,
                max_media_bytes=settings.media_max_bytes,
                clock=utc_now,
            )
        ),
        consumers=[half_consumer(join), reference_consumer(QueueFetches(fetches, fetching.wake, utc_now))],
        loops=[fetching, *_cleaning_loops(settings, pool, join, images)],
        measures=[outbox_measure(pool), halves.measure, fetches.measure],
        background=[Relay(pool, publisher)],
        dependencies=[
            postgres_dependency(settings.postgres_dsn, OWN_SCHEMA, needed_by=frozenset({"worker"}))
        ],
        directory=directory,
        key_changes=projects.changes,
    )


def _accept_inferences(
    settings: IngestSettings, publisher: Publisher, directory: ProjectDirectory, *, pool: Any, images: Images
) -> AcceptInferences:
    return AcceptInferences(
        projects=directory,
        generations=PostgresGenerations(pool),
        sample_ids=PostgresSampleIds(pool),
        publisher=publisher,
        images=SampleImages(images.keep, images.ledger),
        sources=Sources.parse(settings.media_hosts),
        clock=utc_now,
    )


def _cleaning_loops(settings: IngestSettings, pool: Any, join: JoinHalves, images: Images) -> list[Loop]:
    """Return the loops that remove halves, images and rows whose time is over."""
    remove = RemoveMedia(images.ledger, images.store, utc_now)
    janitor = Janitor(pool, TABLES, days=settings.retention_days, clock=utc_now)
    return [
        Loop(name="expire", step=join.expire, interval_s=EXPIRE_S),
        Loop(name="unused_media", step=remove, interval_s=REMOVE_S, drain=True),
        Loop(name="retention", step=janitor, interval_s=INTERVAL_S, drain=True),
    ]


def _fetching_loop(settings: IngestSettings, queue: PostgresFetches, keep_media: KeepMedia) -> Loop:
    """Return the loop that fetches images from their addresses."""
    fetcher = Fetcher(
        sources=Sources.parse(settings.media_hosts),
        networks=Networks.parse(settings.media_networks),
        most_bytes=settings.media_max_bytes,
        most_at_once=MOST_AT_ONCE,
        timeout_s=settings.media_timeout_s,
        clock=time.monotonic,
    )
    fetch_images = FetchImages(
        queue=queue,
        source=fetcher,
        keep_media=keep_media,
        letters=LateLetters(SAMPLES_REFERENCED, FETCHER_GROUP, __version__, utc_now),
        clock=utc_now,
    )
    return Loop(
        name="fetch_images", step=fetch_images, interval_s=FETCH_S, drain=True, close=fetch_images.close
    )


def main() -> None:
    """Run the service until SIGTERM or SIGINT."""
    run_service(IngestSettings(), build_service)


if __name__ == "__main__":
    main()
