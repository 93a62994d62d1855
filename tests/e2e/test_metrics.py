"""After the whole loop, every service exports what is documented, and only that; no label names a person."""

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from deploy.promkit import required_tool
from e2e import rarities
from e2e.client import Client, eventually
from e2e.conftest import Running
from e2e.metricskit import (
    documented_names,
    exported_names,
    exported_samples,
    exposition,
    faults_of_promtool,
    private_labels,
    wrong_metrics,
)
from e2e.test_gold_and_review import waiting, work
from shoal.contracts.ids import sample_id
from shoal.contracts.samples import Content, Embedding, Generation, SampleIngested
from shoal.contracts.topics import SAMPLES_INGESTED
from shoal.messaging import KafkaSettings, OutgoingMessage, connect, encode
from shoal_local.demo.workforce import Minds, Person, Terms, Workforce, serve_workforce, text_key

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]

SECRET = "whsec_c2hvYWwgdGVzdHMgc2hvYWwgdGVzdHMh"
CLASSES = ["wheat", "gold"]
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)
ANNOTATORS = [f"annotator-{name}" for name in ("ruth", "omar", "li", "vera")]
TEXTS = {f"Counted report {n} of {CLASSES[n % 2]}": CLASSES[n % 2] for n in range(10)}


def item(project: str, number: int, text: str) -> dict[str, Any]:
    scores = {name: 0.8 if name == CLASSES[number % 2] else 0.2 for name in CLASSES}
    prediction = {"model": "topics", "version": "1", "label": CLASSES[number % 2], "scores": scores}
    item = {"project": project, "source": "wire", "source_id": f"counted-source-{number}", "text": text}
    return {**item, "prediction": prediction, "occurred_at": "2026-11-01T08:00:00Z"}


async def test_every_documented_metric_is_exported_and_nothing_else(running: Running) -> None:
    urls = running.shoal.admin_urls
    async with httpx.AsyncClient(timeout=30) as http:
        client = Client(running.shoal, http)
        await vendor_votes(client, "counted")
        await own_queue_votes(client, "counted-house")
        await strange_input(client, running, "counted")
        await rarities.show_image(client, http, "counted")
        await rarities.crop_image(client, "counted-crops")
        await rarities.await_image(client, "counted-crops", running.image_port)
        await rarities.send_wrong_label(client, "counted", SECRET)
        await rarities.send_broken_requests(urls.values())
        await rarities.add_large_messages(running.dsn)
        samples = {label["sample_id"] for label in await client.labels("counted")}
        assert samples

        async def complete() -> bool:
            return not [fault for name, url in urls.items() for fault in wrong_metrics(name, url)]

        try:
            await eventually(complete)
        except AssertionError:
            faults = [fault for name, url in urls.items() for fault in wrong_metrics(name, url)]
            pytest.fail("\n".join(faults))
    await rarities.remove_large_messages(running.dsn)
    private = {*ANNOTATORS, *TEXTS, *samples, *(f"counted-source-{number}" for number in range(10))}
    assert list(private_labels(urls, private)) == []


def test_a_service_exports_its_own_metrics_only(running: Running) -> None:
    areas = {
        name: {metric.split("_")[1] for metric in exported_names(url)}
        for name, url in running.shoal.admin_urls.items()
    }
    own = {"ingest", "embedder", "sampler", "gateway", "qa"}
    assert {name: found & own for name, found in areas.items()} == {
        "ingest": {"ingest"},
        "embedder": {"embedder"},
        "sampler": {"sampler"},
        "labeling-gateway": {"gateway"},
        "qa": {"qa"},
    }
    assert not areas["embedder"] & {"outbox", "postgres", "http"}


def test_the_metrics_of_the_process_are_there_and_times_of_creation_are_not(running: Running) -> None:
    for url in running.shoal.admin_urls.values():
        names = {sample.name for sample in exported_samples(url)}
        assert {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds"} <= names
        assert [name for name in names if name.endswith("_created")] == []


def test_known_values_start_at_zero(running: Running) -> None:
    """Alerts on rare results need a series before the first one."""
    samples = exported_samples(running.shoal.admin_urls["ingest"])
    dead = {
        sample.labels["reason"]
        for sample in samples
        if sample.name == "shoal_messaging_dead_letters_total" and sample.labels["group"] == "ingest-joiner"
    }
    assert {"payload_unreadable", "handler_error", "other"} <= dead


def test_promtool_finds_no_fault(running: Running) -> None:
    promtool = required_tool("promtool", "prometheus")
    for url in running.shoal.admin_urls.values():
        assert faults_of_promtool(promtool, exposition(url)) == []


def test_the_test_sees_an_undocumented_metric() -> None:
    assert "shoal_qa_jobs" in documented_names("qa")
    assert "shoal_qa_jobs" not in documented_names("embedder")


async def vendor_votes(client: Client, project: str) -> None:
    """Let a vendor label samples, with webhooks, until there are accepted labels and a dataset."""
    crowd = [Person(name, "careful", skill=0.97, pace_s=3.0) for name in ANNOTATORS]
    minds = Minds({text_key(text): label for text, label in TEXTS.items()}, {}, 1)
    terms = Terms(speedup=200, webhook_secret=SECRET, api_key="key", lost_webhooks=0.3)
    async with serve_workforce(Workforce(crowd, minds, terms)) as vendor:
        await client.project(project, CLASSES)
        provider = {"kind": "generic", "base_url": vendor, "api_key": "key", "webhook_secret": SECRET}
        provider |= {"price_per_vote": 0.05, "default": True}
        path = f"/v1/projects/{project}/providers/crowd"
        await client.done("labeling-gateway", "PUT", path, json=provider)
        rule = {"exhausted": "close", "accept_probability": 0.7}
        await client.done("qa", "PUT", f"/v1/projects/{project}/rule", json=rule)
        await client.campaign(
            project, name="all", strategy={"kind": "random", "share": 1.0}, budget={"votes": 30}
        )
        await client.send([item(project, number, text) for number, text in enumerate(TEXTS)])

        async def labelled() -> bool:
            return len(await client.labels(project)) >= 6

        await eventually(labelled)
    request = {"dataset": "topics", "splits": {"train": 1.0}}
    await client.done("qa", "POST", f"/v1/projects/{project}/datasets", json=request)


async def own_queue_votes(client: Client, project: str) -> None:
    """Answer gold items and the audit's samples in the own queue; let an expert decide a dispute."""
    await client.project(project, CLASSES)
    await client.done("sampler", "PUT", f"/v1/projects/{project}/audit", json={"rate": 1.0})
    await client.done("qa", "PUT", f"/v1/projects/{project}/rule", json={"target_precision": 0.6})
    gold = [{"text": f"Gold {text}", "label": label} for text, label in TEXTS.items()]
    body = {"items": gold, "votes": 2}
    await client.done("qa", "POST", f"/v1/projects/{project}/gold", json=body)
    await client.send([item(project, number, text) for number, text in enumerate(TEXTS)])
    await waiting(client, project, 20)
    path = f"/v1/projects/{project}/queue/next"
    task = await client.done("labeling-gateway", "GET", path, params={"annotator": ANNOTATORS[3]})
    path = f"/v1/tasks/{task['task_id']}/skip"
    await client.done("labeling-gateway", "POST", path, json={"annotator": ANNOTATORS[3]})
    right = {**TEXTS, **{each["text"]: each["label"] for each in gold}}
    disputed = next(iter(TEXTS))
    wrong = {**right, disputed: CLASSES[1 - CLASSES.index(right[disputed])]}
    await work(client, project, ANNOTATORS[0], right)
    await work(client, project, ANNOTATORS[1], wrong)

    async def decided() -> bool:
        found = await client.done("qa", "GET", f"/v1/projects/{project}/reviews")
        for job in found["reviews"]:
            answer = {"label": right[disputed], "reviewer": ANNOTATORS[2]}
            path = f"/v1/projects/{project}/reviews/{job['job_id']}"
            await client.done("qa", "POST", path, json=answer)
        measured = await client.done("qa", "GET", f"/v1/projects/{project}/metrics")
        return bool(measured["production"] and measured["production"][0]["labelled"] >= 8)

    await eventually(decided)


def short_vector(project: str) -> SampleIngested:
    """Return a sample whose vector is shorter than its generation says."""
    generation = Generation(name="counted", version="1", dimension=4)
    return SampleIngested.model_construct(
        project=project,
        sample_id=sample_id(project, "wire", "counted-source-98"),
        source="wire",
        source_id="counted-source-98",
        content=Content(text="Wheat fell."),
        prediction=None,
        embedding=Embedding.model_construct(generation=generation, vector=b"\x00" * 8),
        tags={},
        group=None,
        occurred_at=NOON,
        received_at=NOON,
    )


def image(project: str) -> SampleIngested:
    """Return a sample of an image without a vector, in a project that names no encoder of images."""
    return SampleIngested(
        project=project,
        sample_id=sample_id(project, "wire", "counted-source-97"),
        source="wire",
        source_id="counted-source-97",
        content=Content(uri=f"media:{'0' * 64}", sha256="0" * 64, media_type="image/png"),
        occurred_at=NOON,
        received_at=NOON,
    )


async def strange_input(client: Client, running: Running, project: str) -> None:
    """Send a complete pair, a request alone, an inference that is refused, and a broken record."""
    for number, kind, payload in (
        (1, "request", {"instances": ["Wheat fell."]}),
        (1, "response", {"predictions": [{"label": "wheat", "scores": {"wheat": 0.7, "gold": 0.3}}]}),
        (2, "request", {"instances": ["Gold rose."]}),
    ):
        headers = {"ce-id": f"counted-{number}", "ce-source": "http://model/", "ce-specversion": "1.0"}
        headers |= {"ce-type": f"org.kubeflow.serving.inference.{kind}", "ce-inferenceservicename": "topics"}
        content = json.dumps(payload)
        path = f"/v1/kserve/{project}"
        await client.done("ingest", "POST", path, content=content, headers=headers)
    await client.send([item(project, 99, "\U0001f0a1\U0001f0a2\U0001f0a3 \U0001f0a4\U0001f0a5")])
    refused = await client.ask("ingest", "POST", "/v1/inferences", json={"project": project, "text": ""})
    assert refused.status_code == 422
    settings = KafkaSettings(
        bootstrap=running.stack.kafka_bootstrap,
        idempotence=running.stack.environment.get("SHOAL_KAFKA_IDEMPOTENCE") != "false",
        provision_topics=False,
    )
    async with connect(settings, service="test", version="0") as messaging:
        broken = OutgoingMessage("samples.ingested", b"counted-key", b"\x00", ())
        vector = encode(
            SAMPLES_INGESTED, short_vector(project), event_id="counted-event", source="/test", time=NOON
        )
        picture = encode(
            SAMPLES_INGESTED, image(project), event_id="counted-image", source="/test", time=NOON
        )
        await messaging.publisher.publish([broken, vector, picture])

    async def is_pending() -> bool:
        return any(
            sample.name == "shoal_messaging_pending_dead_letters"
            and sample.labels["reason"] == "envelope_invalid"
            and sample.value >= 1
            for sample in exported_samples(running.shoal.admin_urls["embedder"])
        )

    await eventually(is_pending)
