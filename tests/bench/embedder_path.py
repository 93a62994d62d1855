"""The embedder's path for supplied vectors against a bare loop: aiokafka, decode, Qdrant upsert."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from uuid import uuid4

import numpy as np
import ormsgpack
from aiokafka import AIOKafkaConsumer
from qdrant_client import AsyncQdrantClient, models
from tests.bench.ratio import Ratio

from shoal.clock import utc_now
from shoal.contracts.samples import Content, Embedding, Generation, Prediction, SampleIngested
from shoal.contracts.topics import SAMPLES_EMBEDDED, SAMPLES_INGESTED, Topic
from shoal.messaging import KafkaSettings, Received, Rejection, connect, encode
from shoal.messaging.clients.provisioning import create_topics
from shoal.security import ProjectDirectory
from shoal_embedder.adapters.qdrant import QdrantStore
from shoal_embedder.consumers import sample_consumer
from shoal_embedder.usecases.embed import EmbedSamples
from shoal_embedder.usecases.encode import EncodeSamples
from shoal_embedder.usecases.erased import Erased
from shoal_embedder.usecases.ports import ImageEncoder, TextEncoder
from shoal_local.stack import Stack

SAMPLES, DIMENSION, BATCH, ROUNDS = 10_000, 384, 512, 3
GENERATION = Generation(name="bench", version="1", dimension=DIMENSION)


class NoEncoders:
    """Encoders that are never used: every sample brings its vector."""

    default_text = ""

    async def of_texts(self, name: str) -> TextEncoder:
        """Refuse."""
        raise AssertionError("every sample brings its vector")

    async def of_images(self, name: str) -> ImageEncoder:
        """Refuse."""
        raise AssertionError("every sample brings its vector")


async def run(stack: Stack) -> list[Ratio]:
    """Return both rates, and the bare loop's with the same raw-bytes upsert that the embedder uses."""
    settings = _settings(stack)
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(ROUNDS):
        topic = await _filled(settings)
        theirs.append(await _bare(stack, settings, topic))
        ours.append(await _embedder(stack, settings, topic))
    yardstick = "aiokafka getmany, MessagePack, upsert(PointStruct) by gRPC; announces nothing"
    return [Ratio("embedder, supplied vectors", max(ours), max(theirs), yardstick)]


def _settings(stack: Stack) -> KafkaSettings:
    own = "Apache" in stack.kafka_name or "given" in stack.kafka_name
    return KafkaSettings(
        bootstrap=stack.kafka_bootstrap, idempotence=own, session_timeout_ms=6000 if own else 2000
    )


async def _filled(settings: KafkaSettings) -> Topic:
    unique = uuid4().hex
    topic = replace(SAMPLES_INGESTED, name=f"bench.{unique}", groups=(f"bench-{unique}",), partitions=1)
    await create_topics(settings, [topic, SAMPLES_EMBEDDED])
    vectors = np.random.default_rng(0).normal(size=(SAMPLES, DIMENSION)).astype("<f4")
    async with connect(settings, service="bench", version="0") as messaging:
        messages = [
            encode(topic, _event(n, v.tobytes()), event_id=str(n), source="/b", time=utc_now())
            for n, v in enumerate(vectors)
        ]
        await messaging.publisher.publish(messages)
    return topic


def _event(number: int, vector: bytes) -> SampleIngested:
    return SampleIngested(
        project="bench",
        sample_id=str(uuid4()),
        source="wire",
        source_id=str(number),
        content=Content(text="Shares rose as the company reported higher earnings. " * 8),
        prediction=Prediction(model="topics", label="earn", scores={"earn": 0.7}),
        embedding=Embedding(generation=GENERATION, vector=vector),
        occurred_at=utc_now(),
        received_at=utc_now(),
    )


async def _bare(stack: Stack, settings: KafkaSettings, topic: Topic) -> float:
    client = _qdrant(stack)
    with suppress(Exception):
        await client.create_collection(
            "bare", vectors_config=models.VectorParams(size=DIMENSION, distance=models.Distance.COSINE)
        )
    consumer = AIOKafkaConsumer(
        topic.name,
        bootstrap_servers=settings.bootstrap,
        group_id=f"bare-{uuid4().hex}",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        session_timeout_ms=settings.session_timeout_ms,
    )
    await consumer.start()
    done, begun = 0, 0.0
    try:
        while done < SAMPLES:
            for records in (await consumer.getmany(timeout_ms=500, max_records=256)).values():
                begun = begun or time.perf_counter()
                events = [ormsgpack.unpackb(record.value) for record in records]
                await client.upsert("bare", [_point(event) for event in events], wait=True)
                await consumer.commit()
                done += len(records)
        return SAMPLES / (time.perf_counter() - begun)
    finally:
        await consumer.stop()
        await client.close()


def _point(event: dict) -> models.PointStruct:  # type: ignore[type-arg]
    vector = np.frombuffer(event["embedding"]["vector"], "<f4").tolist()
    payload = {
        "source": event["source"],
        "source_id": event["source_id"],
        "occurred_at": event["occurred_at"],
    }
    return models.PointStruct(id=event["sample_id"], vector=vector, payload=payload)


async def _embedder(stack: Stack, settings: KafkaSettings, topic: Topic) -> float:
    client = _qdrant(stack)
    begun, done, finished = 0.0, 0, asyncio.Event()
    async with connect(settings, service="bench", version="0") as messaging:
        embed = EmbedSamples(
            encode=EncodeSamples(NoEncoders(), ProjectDirectory()),
            store=QdrantStore(client),
            erased=Erased(),
            publisher=messaging.publisher,
            clock=utc_now,
        )
        plain = sample_consumer(embed, BATCH)

        async def counted(batch: Sequence[Received[SampleIngested]]) -> Sequence[Rejection]:
            nonlocal begun, done
            begun = begun or time.perf_counter()
            refused = await plain.handle(batch)
            done += len(batch)
            if done >= SAMPLES:
                finished.set()
            return refused

        await messaging.start([replace(plain, topic=topic, group=topic.groups[0], handle=counted)])
        await asyncio.wait_for(finished.wait(), 120)
        taken = time.perf_counter() - begun
    await client.close()
    return SAMPLES / taken


def _qdrant(stack: Stack) -> AsyncQdrantClient:
    port = int(stack.environment["SHOAL_QDRANT_GRPC_PORT"])
    return AsyncQdrantClient(
        stack.environment["SHOAL_QDRANT_URL"], grpc_port=port, prefer_grpc=True, check_compatibility=False
    )
