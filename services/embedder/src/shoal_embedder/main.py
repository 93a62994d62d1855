"""The composition root, the only module that imports all others."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from qdrant_client import AsyncQdrantClient

from shoal import __version__
from shoal.cache import model_folder
from shoal.clock import utc_now
from shoal.media.fsspec_store import FsspecMedia
from shoal.messaging import KafkaSettings, Publisher, connect
from shoal.runtime import Dependency, Loop, Service, run_service
from shoal.security import ProjectDirectory
from shoal_embedder.adapters.embedded_samples import EmbeddedTopic
from shoal_embedder.adapters.encoders.named import EncoderOptions
from shoal_embedder.adapters.loaded_encoders import LoadedEncoders
from shoal_embedder.adapters.pictures.reading import PictureReader
from shoal_embedder.adapters.qdrant import QdrantStore
from shoal_embedder.consumers import crops_consumer, erasure_broadcast, erasure_consumer, sample_consumer
from shoal_embedder.settings import EmbedderSettings, QdrantSettings
from shoal_embedder.usecases.embed import EmbedSamples
from shoal_embedder.usecases.encode import EncodeSamples
from shoal_embedder.usecases.erased import Erased, EraseSamples
from shoal_embedder.usecases.refill import MendStore


@asynccontextmanager
async def build_service(settings: EmbedderSettings, publisher: Publisher) -> AsyncIterator[Service]:
    """Open the service's resources, wire the service, and close them at the end."""
    encoders = load_encoders(settings)
    await encoders.of_texts(settings.encoder)  # before the service is ready
    client = qdrant_client(settings)
    try:
        samples = EmbeddedTopic(KafkaSettings())
        yield wire_service(settings, publisher, encoders=encoders, store=QdrantStore(client), samples=samples)
    finally:
        await client.close()
        await encoders.close()


def load_encoders(settings: EmbedderSettings) -> LoadedEncoders:
    """Return the encoders, which load at their first use."""
    options = EncoderOptions(
        cache=(settings.model_cache or model_folder()).expanduser(),
        max_tokens=settings.max_tokens,
        threads=settings.encoder_threads,
    )
    return LoadedEncoders(
        settings.encoder,
        options,
        remembered=settings.remembered_texts,
        reader=PictureReader(FsspecMedia(settings.media_uri), most_pixels=settings.media_max_pixels),
    )


def qdrant_client(settings: QdrantSettings) -> AsyncQdrantClient:
    """Return a client of Qdrant."""
    return AsyncQdrantClient(
        settings.qdrant_url,
        grpc_port=settings.qdrant_grpc_port,
        prefer_grpc=True,
        grpc_options={"grpc.max_reconnect_backoff_ms": 5000},  # by default 2 minutes after a long outage
        api_key=settings.qdrant_api_key.get_secret_value() if settings.qdrant_api_key else None,
        check_compatibility=False,
    )


async def refill_store(project: str | None) -> int:
    """Store the vectors of the topic samples.embedded again, and delete those of erased samples.

    Returns how many were stored. project: None for every project.
    """
    kafka, client, erased = KafkaSettings(), qdrant_client(QdrantSettings()), Erased()
    try:
        async with connect(kafka, service="embedder-refill", version=__version__) as messaging:
            await messaging.start(broadcasts=[erasure_broadcast(erased)])
            return await MendStore(QdrantStore(client), EmbeddedTopic(kafka), erased).refill(project)
    finally:
        await client.close()


def wire_service(
    settings: EmbedderSettings,
    publisher: Publisher,
    *,
    encoders: LoadedEncoders,
    store: QdrantStore,
    samples: EmbeddedTopic,
) -> Service:
    """Return the service, wired from its parts."""
    erased, projects = Erased(), ProjectDirectory()
    embed = EmbedSamples(
        encode=EncodeSamples(encoders, projects),
        store=store,
        erased=erased,
        publisher=publisher,
        clock=utc_now,
    )
    return Service(
        name="embedder",
        consumers=[
            sample_consumer(embed, settings.batch_samples),
            crops_consumer(embed, settings.batch_boxed_samples),
            erasure_consumer(EraseSamples(store, erased)),
        ],
        broadcasts=[erasure_broadcast(erased), projects.broadcast],
        loops=[Loop(name="mend", step=MendStore(store, samples, erased), interval_s=settings.mend_s)],
        dependencies=[Dependency(name="qdrant", ask=store.fault)],
    )


def main() -> None:
    """Run the service until SIGTERM or SIGINT."""
    run_service(EmbedderSettings(), build_service)


if __name__ == "__main__":
    main()
