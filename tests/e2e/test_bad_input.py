"""Bad input everywhere: a problem that names the field and the fix, or a dead letter with its reason."""

import asyncio
import json
import time
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaConsumer

from e2e.client import Client, eventually
from e2e.conftest import Running
from shoal.contracts.ids import stable_id
from shoal.contracts.labels import AnnotationSubmitted, ClassAnswer, GuidelineRef
from shoal.contracts.topics import LABELS_SUBMITTED
from shoal.messaging import KafkaSettings, connect, encode
from shoal.messaging.clients.offsets import partition_spans, topic_partitions
from shoal.security import sign_webhook

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]
SECRET = "whsec_c2hvYWwgdGVzdHMgc2hvYWwgdGVzdHMh"


def problem(response: httpx.Response, status: int, field: str | None) -> dict[str, Any]:
    """Return a problem after checking its form."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    found: dict[str, Any] = response.json()
    assert found["field"] == field
    assert found["detail"]
    assert found["fix"]
    return found


async def test_the_doors_name_the_field_and_the_fix(running: Running) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        client = Client(running.shoal, http)
        await client.project("bad", ["a", "b"])
        ask = client.ask
        inferences = "/v1/inferences"
        problem(await ask("ingest", "POST", inferences, content=b'[{"project":'), 400, "body")
        problem(await ask("ingest", "POST", inferences, content=b'{"project": "bad"}'), 422, "source_id")
        big = b'{"project": "bad", "source_id": "1", "text": "' + b"x" * 17 * 2**20 + b'"}'
        problem(await ask("ingest", "POST", inferences, content=big), 413, "body")
        gzipped = {"content-encoding": "gzip"}
        problem(await ask("ingest", "POST", inferences, content=b"no gzip", headers=gzipped), 400, "body")
        unknown = json.dumps({"project": "nobody", "source_id": "1", "text": "x"})
        problem(await ask("ingest", "POST", inferences, content=unknown), 422, "project")
        problem(await ask("ingest", "POST", "/v1/kserve/bad", content=b"{}"), 400, "ce-id")
        problem(await ask("ingest", "POST", "/v1/projects", json={"project": "No Good"}), 422, "project")
        campaigns = "/v1/projects/bad/campaigns"
        strategy = {"kind": "more_like_these", "examples": ["9b2f7c1e-0000-4000-8000-000000000000"]}
        body = {"name": "c", "strategy": strategy, "budget": {"votes": 10}}
        problem(await ask("sampler", "POST", campaigns, json=body), 422, "strategy.examples[0].sample_id")
        body = {"name": "c", "strategy": {"kind": "randm"}, "budget": {"votes": 10}}
        problem(await ask("sampler", "POST", campaigns, json=body), 422, "strategy.kind")
        body = {"name": "c", "strategy": {"kind": "random"}, "budget": {"votes": -1}}
        problem(await ask("sampler", "POST", campaigns, json=body), 422, "budget.votes")
        body = {"name": "c", "strategy": {"kind": "random"}, "budget": {"votes": 2}}
        problem(await ask("sampler", "POST", campaigns, json=body), 422, "budget.votes")
        labeling = {"provider": "acne"}
        body = {"name": "c", "strategy": {"kind": "random"}, "budget": {"votes": 9}, "labeling": labeling}
        assert (
            "it has inhouse"
            in problem(await ask("sampler", "POST", campaigns, json=body), 422, "labeling.provider")["detail"]
        )
        audit = {"rate": 0.5, "votes_per_day": 2}
        problem(await ask("sampler", "PUT", "/v1/projects/bad/audit", json=audit), 422, "votes_per_day")
        problem(await ask("sampler", "GET", "/v1/projects/nobody/campaigns"), 404, "project")
        twice = {"label_schema": {"classes": [{"name": "a"}, {"name": "a"}]}}
        problem(
            await ask("qa", "POST", "/v1/projects/bad/guidelines", json=twice),
            422,
            "label_schema.classes[1].name",
        )
        gold = {"items": [{"text": "t", "label": "zebra"}]}
        problem(await ask("qa", "POST", "/v1/projects/bad/gold", json=gold), 422, "items[0].label")
        shares = {"dataset": "d", "splits": {"train": 0.5}}
        problem(await ask("qa", "POST", "/v1/projects/bad/datasets", json=shares), 422, "splits")


async def test_one_bad_vector_costs_no_neighbour(running: Running) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        client = Client(running.shoal, http)
        await client.project("vectors", ["a", "b"])

        def line(number: int, vector: str) -> str:
            head = f'"project": "vectors", "source_id": "{number}", "text": "t{number}"'
            return f'{{{head}, "embedding": {{"name": "e", "version": "1", "vector": {vector}}}}}'

        lines = [line(1, "[1, 2, 3]"), line(2, "[1, 2]"), line(3, "[1, NaN, 3]"), line(4, "[3, 2, 1]")]
        answer = await client.ask("ingest", "POST", "/v1/inferences", content="\n".join(lines))
        assert answer.status_code == 202
        results = answer.json()["results"]
        assert [each["status"] for each in results] == ["accepted", "rejected", "rejected", "accepted"]
        assert [each.get("reason") for each in results] == [None, "wrong_dimension", "invalid", None]
        assert "Send 3 numbers" in results[1]["fix"]

        async def both_are_decided() -> bool:
            found = await client.done("sampler", "GET", "/v1/projects/vectors/campaigns")
            return bool(found["samples_decided"] == 2)

        await eventually(both_are_decided)


async def test_kserve_answers_exactly_200_and_joins_the_halves(running: Running) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        client = Client(running.shoal, http)
        await client.project("kserve", ["a", "b"])
        halves = {
            "response": {"predictions": [{"label": "a", "score": 0.9}, {"label": "b", "score": 0.7}]},
            "request": {"instances": ["first text", "second text"]},
        }
        for _ in range(2):  # KServe may send again
            for kind, body in halves.items():  # the response first
                headers = {
                    "ce-specversion": "1.0",
                    "ce-id": "8e1f",
                    "ce-type": f"org.kubeflow.serving.inference.{kind}",
                    "ce-source": "http://localhost:9081/",
                    "ce-inferenceservicename": "topics",
                }
                answer = await client.ask("ingest", "POST", "/v1/kserve/kserve", json=body, headers=headers)
                assert answer.status_code == 200

        async def both_are_decided() -> bool:
            found = await client.done("sampler", "GET", "/v1/projects/kserve/campaigns")
            return bool(found["samples_decided"] == 2)

        await eventually(both_are_decided)


async def test_webhooks_that_cannot_be_believed(running: Running) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        client = Client(running.shoal, http)
        await client.project("hooks", ["a", "b"])
        provider = {"kind": "generic", "base_url": "http://127.0.0.1:9", "webhook_secret": SECRET}
        await client.done("labeling-gateway", "PUT", "/v1/projects/hooks/providers/crowd", json=provider)
        body = b'{"type": "annotations.changed", "timestamp": "2026-01-01T00:00:00Z", "data": {"annotations": []}}'

        async def sent(moment: int, signature: str) -> httpx.Response:
            headers = {
                "webhook-id": "msg_1",
                "webhook-timestamp": str(moment),
                "webhook-signature": signature,
            }
            path = "/v1/webhooks/crowd?project=hooks"
            return await client.ask("labeling-gateway", "POST", path, content=body, headers=headers)

        now = int(time.time())
        problem(await sent(now, "v1,AAAA"), 401, "webhook-signature")
        old = now - 3600
        problem(await sent(old, sign_webhook(SECRET, "msg_1", old, body)), 400, "webhook-timestamp")


async def test_an_unknown_label_is_a_dead_letter_and_an_unknown_job_waits(running: Running) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        client = Client(running.shoal, http)
        await client.project("letters", ["a", "b"])
    environment = running.stack.environment
    settings = KafkaSettings(
        bootstrap=running.stack.kafka_bootstrap,
        idempotence=environment.get("SHOAL_KAFKA_IDEMPOTENCE") != "false",
        provision_topics=False,
    )
    events = [_annotation("zebra", "a-1"), _annotation("a", "a-2")]
    async with connect(settings, service="test", version="0") as messaging:
        await messaging.publisher.publish(
            [
                encode(
                    LABELS_SUBMITTED,
                    event,
                    event_id=event.annotation_id,
                    source="/test",
                    time=event.submitted_at,
                )
                for event in events
            ]
        )
    (letter,) = await eventually(lambda: _letters(settings, "labels.submitted.qa.dlq", b"letters"))
    headers = dict(letter.headers)
    assert headers["shoal_dlq_reason"] == b"unknown_label"
    assert b"answer.label" in headers["shoal_dlq_detail"]
    assert b"use one of a, b" in headers["shoal_dlq_detail"]


def _annotation(label: str, annotation: str) -> AnnotationSubmitted:
    return AnnotationSubmitted(
        project="letters",
        job_id=stable_id("job", "nobody"),
        sample_id=stable_id("sample", "nobody"),
        task_id="t",
        provider="crowd",
        annotator="ann",
        annotation_id=annotation,
        revision=1,
        action="submitted",
        answer=ClassAnswer(label=label),
        purpose="label",
        guideline=GuidelineRef(major=1, minor=0),
        submitted_at=datetime.now(UTC),
    )


async def _letters(settings: KafkaSettings, topic: str, project: bytes) -> list[Any]:
    """Return the topic's records of one project."""
    client = AIOKafkaConsumer(bootstrap_servers=settings.bootstrap, enable_auto_commit=False)
    await client.start()
    try:
        places = await topic_partitions(settings, topic)
        client.assign(places)
        found = await partition_spans(client, places)
        expected, records = sum(end - start for start, end in found.values()), []
        await client.seek_to_beginning()
        async with asyncio.timeout(120):
            while len(records) < expected:
                for batch in (await client.getmany(timeout_ms=300)).values():
                    records += batch
        return [record for record in records if b'"project":"' + project in record.value]
    finally:
        await client.stop()
