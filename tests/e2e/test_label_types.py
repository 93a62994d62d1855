"""Every label type the whole way: inference, choice, a vendor's votes, accepted label, dataset row.

The events are read from the broker.
"""

import base64
import io
import json
from pathlib import Path
from typing import Any

import httpx
import ormsgpack
import pytest
from PIL import Image

from answerkit import TYPES, LabelType, project_of, same_answer
from e2e.client import Client, eventually
from e2e.conftest import Running
from shoal.contracts.topics import TOPICS
from shoal.messaging import KafkaSettings
from vendorkit import Vendor, annotation, serve_vendor
from wire.wirekit import on_broker

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(900)]
SECRET = "whsec_c2hvYWwgdGVzdHMgc2hvYWwgdGVzdHMh"
CONTENT_KINDS = {"boxes": "image", "polygons": "image", "ranking": "candidates", "pair": "candidates"}


def content_of(label_type: LabelType) -> dict[str, Any]:
    """Return the content as an inference carries it; an image has the size that the answers name."""
    if "uri" not in label_type.content:
        return label_type.content
    image = io.BytesIO()
    Image.new("RGB", (64, 48), "olive").save(image, "PNG")
    return {"image": {"base64": base64.b64encode(image.getvalue()).decode()}}


async def open_project(client: Client, kind: str, vendor: str) -> None:
    """Create a kind's project: guideline, rule, vendor, and a campaign that takes every sample."""
    path = f"/v1/projects/{project_of(kind)}"
    await client.done("ingest", "POST", "/v1/projects", json={"project": project_of(kind)})
    guideline = {"label_schema": TYPES[kind].schema, "prelabels": "shown"}
    await client.done("qa", "POST", f"{path}/guidelines", json=guideline)
    rule = {"accept_probability": 0.5, "min_votes": 2, "max_votes": 2}
    await client.done("qa", "PUT", f"{path}/rule", json=rule)
    provider = {"base_url": vendor, "webhook_secret": SECRET, "default": True}
    await client.done("labeling-gateway", "PUT", f"{path}/providers/acme", json=provider)
    await client.campaign(
        project_of(kind),
        name="all",
        strategy={"kind": "random", "share": 1.0},
        budget={"votes": 10},
        labeling={"votes": 2, "max_votes": 2},
    )


async def events(running: Running, topic: str, project: str) -> list[dict[str, Any]]:
    """Return the events of a project on a topic."""
    settings = KafkaSettings(bootstrap=running.stack.kafka_bootstrap, provision_topics=False)
    parse = json.loads if TOPICS[topic].encoding == "json" else ormsgpack.unpackb
    own = [
        record
        for record in await on_broker(settings, topic)
        if record.value and ("ce_project", project.encode()) in record.headers
    ]
    return [parse(record.value) for record in own]


@pytest.mark.parametrize("kind", TYPES)
async def test_from_an_inference_to_a_row_of_a_dataset(running: Running, kind: str) -> None:
    label_type, project, vendor = TYPES[kind], project_of(kind), Vendor()
    async with httpx.AsyncClient(timeout=30) as http, serve_vendor(vendor) as url:
        client = Client(running.shoal, http)
        await open_project(client, kind, url)
        inference = {"project": project, "source": "wire", "source_id": "1", **content_of(label_type)}
        inference["prediction"] = {"model": "grains", "version": "7", **label_type.prediction}
        assert (await client.send([inference]))["accepted"] == 1

        async def is_sent() -> bool:
            return bool(vendor.tasks)

        await eventually(is_sent)
        ((task, sent),) = vendor.tasks.items()
        await the_vendor_can_do_the_task(vendor, kind, sent)
        name, (wrong, field) = next(reversed(label_type.bad.items()))
        vendor.feed += [
            annotation(task, "wrong", answer=wrong),
            annotation(task, "ann", answer=label_type.answer),
            annotation(task, "bob", answer=label_type.answer),
        ]

        async def accepted() -> list[dict[str, Any]]:
            return await client.labels(project)

        (label,) = await eventually(accepted)
        assert same_answer(label["answer"], label_type.answer)
        assert [vote["annotator"] for vote in label["votes"]] == ["ann", "bob"]
        queue = await client.done("labeling-gateway", "GET", f"/v1/projects/{project}/queue")
        assert queue["providers"][0]["refused_annotations"] == 1, (name, field)
        await the_events_hold_the_answer(running, kind, label)
        await the_dataset_holds_the_answer(client, kind, label)


async def the_vendor_can_do_the_task(vendor: Vendor, kind: str, sent: dict[str, Any]) -> None:
    batch = next(call.body for call in vendor.calls if call.method == "POST")
    assert batch["guidelines"]["1"]["label_schema"]["kind"] == kind
    assert sent["content"]["kind"] == CONTENT_KINDS.get(kind, "text")
    assert sent["prediction"]["model"] == "grains"
    if kind in ("boxes", "polygons"):
        media = sent["content"]["media"]
        assert (media["width"], media["height"]) == (64, 48)
        async with httpx.AsyncClient(timeout=60) as anybody:
            picture = await anybody.get(media["url"])
        assert Image.open(io.BytesIO(picture.content)).size == (64, 48)


async def the_events_hold_the_answer(running: Running, kind: str, label: dict[str, Any]) -> None:
    project, answer = project_of(kind), TYPES[kind].answer
    (decision,) = await events(running, "sampling.decisions", project)
    (job,) = await events(running, "labeling.jobs", project)
    votes = await events(running, "labels.submitted", project)
    (accepted,) = await events(running, "labels.accepted", project)
    assert decision["sample_id"] == job["sample_id"] == accepted["sample_id"] == label["sample_id"]
    assert [decided["taken"] for decided in decision["decisions"]] == [True]
    assert sorted(vote["annotator"] for vote in votes) == ["ann", "bob"]
    assert all(same_answer(vote["answer"], answer) for vote in votes)
    assert same_answer(accepted["answer"], answer)
    assert (accepted["state"], accepted["evidence"]["votes"]) == ("accepted", 2)
    assert 0.5 <= accepted["probability"] < 1
    assert accepted["label"] == (answer["label"] if kind == "single_choice" else None)


async def the_dataset_holds_the_answer(client: Client, kind: str, label: dict[str, Any]) -> None:
    body = {"dataset": "all", "splits": {"train": 1.0}}
    manifest = await client.done("qa", "POST", f"/v1/projects/{project_of(kind)}/datasets", json=body)
    (line,) = (Path(manifest["uri"]) / "data.jsonl").read_bytes().splitlines()
    row = json.loads(line)
    assert (row["sample_id"], row["source_id"]) == (label["sample_id"], "1")
    answer = {"kind": "class", "label": row["label"]} if kind == "single_choice" else row["answer"]
    assert same_answer(answer, TYPES[kind].answer)
