"""The HTTP API beside a raw aiokafka producer that sends the same samples, encoded beforehand."""

import asyncio
import gzip
import time
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson
from aiokafka import AIOKafkaProducer
from tests.bench.ratio import Ratio

from shoal.contracts.topics import SAMPLES_INGESTED
from shoal.messaging import OutgoingMessage, encode
from shoal_ingest.usecases.accept import event_id, to_event
from shoal_ingest.usecases.bodies.inference import Inference
from shoal_local.services import LocalShoal
from shoal_local.stack import Stack

SAMPLES, PER_REQUEST, CONNECTIONS, ROUNDS = 20_000, 500, 4, 3
TEXT = "Shares rose as the company reported higher second quarter earnings and raised its forecast. " * 4


def item(number: int) -> dict[str, Any]:
    """Return one inference of about 600 bytes."""
    scores = {"earn": 0.7, "acq": 0.2, "trade": 0.1}
    said = {"model": "topics", "version": "7", "label": "earn", "scores": scores}
    return {"project": "bench", "source": "wire", "source_id": str(number), "text": TEXT, "prediction": said}


async def run(stack: Stack) -> list[Ratio]:
    """Return the rates of the API, with and without gzip, and of the producer."""
    lines = [orjson.dumps(item(number)) for number in range(SAMPLES)]
    plain = [b"\n".join(lines[start : start + PER_REQUEST]) for start in range(0, SAMPLES, PER_REQUEST)]
    packed = [gzip.compress(body, 1) for body in plain]
    messages = [_encoded_sample(number) for number in range(SAMPLES)]
    with LocalShoal(stack, ["ingest"]) as shoal:
        async with httpx.AsyncClient(timeout=60) as http:
            url = shoal.urls["ingest"]
            (await http.post(url + "/v1/projects", json={"project": "bench"})).raise_for_status()
            rates: dict[str, list[float]] = {"plain": [], "gzip": [], "raw": []}
            for _ in range(ROUNDS):
                rates["raw"].append(await _produce_samples(stack.kafka_bootstrap, messages))
                rates["plain"].append(await _post_samples(http, url, plain, {}))
                rates["gzip"].append(await _post_samples(http, url, packed, {"content-encoding": "gzip"}))
    raw = max(rates["raw"])
    yardstick = "aiokafka send() of the same samples, encoded beforehand"
    return [
        Ratio("POST /v1/inferences, NDJSON", max(rates["plain"]), raw, yardstick),
        Ratio("POST /v1/inferences, NDJSON, gzip", max(rates["gzip"]), raw, yardstick),
    ]


async def _post_samples(
    http: httpx.AsyncClient, url: str, bodies: list[bytes], headers: dict[str, str]
) -> float:
    waiting = iter(bodies)

    async def sender() -> None:
        for body in waiting:
            answer = await http.post(url + "/v1/inferences", content=body, headers=headers)
            assert answer.json()["accepted"] == PER_REQUEST, answer.text[:300]

    begun = time.perf_counter()
    await asyncio.gather(*(sender() for _ in range(CONNECTIONS)))
    return SAMPLES / (time.perf_counter() - begun)


async def _produce_samples(bootstrap: str, messages: list[OutgoingMessage]) -> float:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", linger_ms=5, compression_type="lz4")
    await producer.start()
    try:
        begun = time.perf_counter()
        sent = [await producer.send(m.topic, m.value, key=m.key, headers=list(m.headers)) for m in messages]
        await asyncio.gather(*sent)
        return SAMPLES / (time.perf_counter() - begun)
    finally:
        await producer.stop()


def _encoded_sample(number: int) -> OutgoingMessage:
    now = datetime.now(UTC)
    event = to_event(Inference.model_validate(item(number)), now)
    return encode(SAMPLES_INGESTED, event, event_id=event_id(event), source="/shoal/ingest", time=now)
