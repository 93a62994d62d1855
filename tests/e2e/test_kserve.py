"""Pairs of real model servers through the running services: a sample with its label, or one dead letter."""

import json
from typing import Any

import httpx
import ormsgpack
import pytest
from aiokafka import AIOKafkaConsumer

from e2e.client import Client, eventually
from e2e.conftest import Running
from shoal.messaging import KafkaSettings, connect
from shoal.messaging.clients.offsets import partition_spans, topic_partitions
from shoal.messaging.dead_letters.replay import replay_letters

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]
DLQ = "inference.received.ingest-joiner.dlq"
TEXT = "The refund has not come"
V1 = {"instances": [TEXT]}
V2 = {"inputs": [{"name": "text", "shape": [1], "datatype": "BYTES", "data": [TEXT]}]}
PAIR = {"instances": [{"text": TEXT, "text_pair": "Refunds take ten days"}]}
HG = {"content_type": "hg_jsonlist"}


def output(datatype: str, data: list[Any], **more: Any) -> dict[str, Any]:
    return {"name": "output-0", "shape": [len(data)], "datatype": datatype, "data": data, **more}


READ: dict[str, tuple[Any, Any, str | None]] = {
    "probabilities": (V1, {"predictions": [{"0": 0.3876, "1": 0.6124}]}, "1"),
    "index": (V2, {"outputs": [output("INT64", [1])]}, "1"),
    "jsonlist": (
        V2,
        {"outputs": [output("BYTES", ['{"label": "pos", "score": 0.9}'], parameters=HG)]},
        "pos",
    ),
    "top-k": (V1, {"predictions": [[{"label": "pos", "score": 0.9}, {"label": "neg", "score": 0.1}]]}, "pos"),
    "sigmoid": (V1, {"predictions": [[0.93]]}, None),
    "pair": (PAIR, {"predictions": ["pos"]}, "pos"),
}
REFUSED: dict[str, tuple[Any, Any, str]] = {
    "blank": ({"instances": [""]}, {"predictions": ["pos"]}, "instances[0] is empty"),
    "nul": ({"instances": ["a\x00b"]}, {"predictions": ["pos"]}, "NUL"),
    "counts": (V1, {"predictions": ["pos", "neg"]}, "1 instances in the request, 2 in the response"),
    "vector": (V1, {"predictions": [[0.1] * 384]}, "no probabilities"),
    "error": (V1, {"error": "out of memory"}, "out of memory"),
}


async def test_a_pair_is_a_sample_or_a_letter_and_a_letter_is_joined_later(running: Running) -> None:
    settings = KafkaSettings(
        bootstrap=running.stack.kafka_bootstrap,
        idempotence=running.stack.environment.get("SHOAL_KAFKA_IDEMPOTENCE") != "false",
        provision_topics=False,
    )
    async with httpx.AsyncClient(timeout=30) as http:
        client = Client(running.shoal, http)
        await client.project("servers", ["pos", "neg"])
        for name, (request, response, _) in {**REFUSED, **READ}.items():
            await _log(client, name, "request", request)
            await _log(client, name, "response", response)

        samples = await eventually(lambda: _samples(settings, READ.keys()))
        assert {name: sample["prediction"]["label"] for name, sample in samples.items()} == {
            name: label for name, (_, _, label) in READ.items()
        }
        letters = await eventually(lambda: _letters(settings, len(REFUSED)))
        assert len(letters) == len(REFUSED)
        for name, (_, _, fault) in REFUSED.items():
            assert fault in letters[name]

        await _log(client, "vector", "response", {"predictions": ["neg"]})
        samples = await eventually(lambda: _samples(settings, [*READ, "vector"]))
        assert samples["vector"]["prediction"]["label"] == "neg"

        async with connect(settings, service="test", version="0") as messaging:
            assert (await replay_letters(settings, messaging.publisher, DLQ)).replayed >= len(REFUSED)
        await _log(client, "blank", "request", V1)
        samples = await eventually(lambda: _samples(settings, [*READ, "vector", "blank"]))
        assert samples["blank"]["prediction"]["label"] == "pos"


async def _log(client: Client, correlation_id: str, half: str, payload: Any) -> None:
    headers = {
        "ce-specversion": "1.0",
        "ce-id": correlation_id,
        "ce-type": f"org.kubeflow.serving.inference.{half}",
        "ce-source": "http://localhost:9081/",
        "ce-inferenceservicename": "servers",
    }
    body = json.dumps(payload)
    answer = await client.ask("ingest", "POST", "/v1/kserve/servers", content=body, headers=headers)
    assert answer.status_code == 200, answer.text


async def _samples(settings: KafkaSettings, names: Any) -> dict[str, Any]:
    """Return the samples by source id once all of `names` are there; none until then."""
    records = await _records(settings, "samples.ingested")  # other tests' too, some of which are no events
    own = [record for record in records if ("ce_project", b"servers") in record.headers]
    samples = {value["source_id"]: value for value in (ormsgpack.unpackb(record.value) for record in own)}
    return samples if samples.keys() >= set(names) else {}


async def _letters(settings: KafkaSettings, count: int) -> dict[str, str]:
    """Return details by correlation id once there are `count` letters; none until then."""
    records = [record for record in await _records(settings, DLQ) if b"servers" in record.value]
    details = {
        ormsgpack.unpackb(record.value)["correlation_id"]: dict(record.headers)["shoal_dlq_detail"].decode()
        for record in records
    }
    return details if len(records) >= count else {}


async def _records(settings: KafkaSettings, topic: str) -> list[Any]:
    client = AIOKafkaConsumer(bootstrap_servers=settings.bootstrap, enable_auto_commit=False)
    await client.start()
    try:
        partitions = await topic_partitions(settings, topic)
        client.assign(partitions)
        spans = await partition_spans(client, partitions)
        expected, records = sum(end - start for start, end in spans.values()), []
        await client.seek_to_beginning()
        while len(records) < expected:
            for batch in (await client.getmany(timeout_ms=300)).values():
                records += batch
        return records
    finally:
        await client.stop()
