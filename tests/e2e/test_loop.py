"""The whole loop: inferences over HTTP, selection, labels by a vendor, checks, a dataset version."""

import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pyarrow.parquet as pq
import pytest

from e2e.client import Client, eventually
from e2e.conftest import Running
from shoal_local.demo.workforce import Minds, Person, Terms, Workforce, serve_workforce, text_key

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(900)]

CLASSES = ["wheat", "gold", "ship"]
SCHEMAS = ("ingest", "sampler", "gateway", "qa")
SECRET = "whsec_c2hvYWwgdGVzdHMgc2hvYWwgdGVzdHMh"


def texts(count: int) -> dict[str, str]:
    """Return texts and what each is about."""
    return {
        f"Report {number}: the {CLASSES[number % 3]} market moved {number * 7 % 31} points.": CLASSES[
            number % 3
        ]
        for number in range(count)
    }


def item(project: str, number: int, text: str, label: str) -> dict[str, Any]:
    """Return one inference."""
    rest = (1 - 0.5) / 2
    scores = {name: 0.5 if name == label else rest for name in CLASSES}
    return {
        "project": project,
        "source": "wire",
        "source_id": str(number),
        "tags": {"desk": "markets"},
        "text": text,
        "prediction": {"model": "topics", "version": "1", "label": label, "scores": scores},
    }


async def test_from_inferences_to_a_dataset_version(running: Running) -> None:
    truth = texts(30)
    # They seldom err: what is asked of 20 labels below does not hang on who happened to vote on which.
    crowd = [Person(f"sim-{number:02d}", "careful", skill=0.97, pace_s=3.0) for number in range(1, 23)]
    minds = Minds({text_key(text): label for text, label in truth.items()}, {}, 1)
    workforce = Workforce(
        crowd, minds, Terms(speedup=200, webhook_secret=SECRET, api_key="key", lost_webhooks=0.5)
    )
    async with httpx.AsyncClient(timeout=30) as http, serve_workforce(workforce) as vendor:
        client = Client(running.shoal, http)
        await client.project("loop", CLASSES)
        provider = {"kind": "generic", "base_url": vendor, "api_key": "key", "webhook_secret": SECRET}
        provider |= {"price_per_vote": 0.05, "default": True}
        await client.done("labeling-gateway", "PUT", "/v1/projects/loop/providers/crowd", json=provider)
        await client.done(
            "qa", "PUT", "/v1/projects/loop/rule", json={"exhausted": "close", "accept_probability": 0.8}
        )
        await client.campaign(
            "loop", name="all", strategy={"kind": "random", "share": 1.0}, budget={"votes": 60}
        )
        items = [item("loop", number, text, label) for number, (text, label) in enumerate(truth.items())]
        assert (await client.send(items))["accepted"] == 30
        assert (await client.send(items))["accepted"] == 30  # sent again: the same samples

        async def settled() -> bool:
            found = await client.done("qa", "GET", "/v1/projects/loop/metrics")
            jobs, measured = found["jobs"], found["measured"] or {"votes": -1}
            if sum(jobs.values()) != 20 or jobs.get("open") or jobs.get("accepted", 0) < 15:
                return False
            path = "/v1/projects/loop/annotations"
            rows = (await client.done("qa", "GET", path, params={"limit": 5000}))["annotations"]
            newest = {row["annotation_id"]: row for row in rows}
            # Measured after the last look at the jobs: nothing moves any more.
            return bool(measured["votes"] == sum(row["label"] is not None for row in newest.values()))

        await eventually(settled)
        campaign = (await client.done("sampler", "GET", "/v1/projects/loop/campaigns"))["campaigns"][0]
        assert campaign["votes_reserved"] == 60  # 20 jobs of at most 3 votes: the budget, and not one more
        assert campaign["waits_for"] == "budget_spent"
        labels = [each for each in await client.labels("loop") if each["state"] != "withdrawn"]
        right = sum(each["label"] == truth[each["content"]["text"]] for each in labels)
        assert len(labels) >= 15
        assert right >= 0.8 * len(labels)
        for label in labels:
            voters = Counter(vote["annotator"] for vote in label["votes"] if vote["label"])
            assert 2 <= sum(voters.values()) <= 3
            assert set(voters.values()) == {1}
        await the_dataset_is_what_was_accepted(client, labels)
    await accounts_balance(running.dsn)


async def the_dataset_is_what_was_accepted(client: Client, labels: list[dict[str, Any]]) -> None:
    request = {"dataset": "topics", "splits": {"train": 0.7, "test": 0.3}}
    manifest = await client.done("qa", "POST", "/v1/projects/loop/datasets", json=request)
    again = await client.done("qa", "POST", "/v1/projects/loop/datasets", json=request)
    assert again == manifest
    folder = Path(manifest["uri"])
    for file in manifest["files"]:
        assert hashlib.sha256((folder / file["path"]).read_bytes()).hexdigest() == file["sha256"]
    rows = [json.loads(line) for line in (folder / "data.jsonl").read_text().splitlines()]
    table = pq.read_table(folder / "data.parquet").to_pylist()
    assert rows == [row | as_maps(row) for row in table]
    for row in rows:
        assert (row["source"], row["campaign"]) == ("wire", "all")
        assert row["text"].startswith(f"Report {row['source_id']}:")
        assert row["probabilities"][row["label"]] == pytest.approx(row["probability"], abs=1e-6)
    assert {row["sample_id"]: row["label"] for row in rows} == {
        each["sample_id"]: each["label"] for each in labels
    }
    assert sum(manifest["splits"].values()) == len(rows) == manifest["rows"]


def as_maps(row: dict[str, Any]) -> dict[str, Any]:
    """Return the maps of a row of Parquet, which are lists of pairs there, and its content, which is JSON."""
    return {
        "content": json.loads(row["content"]),
        "tags": {pair["name"]: pair["value"] for pair in row["tags"]},
        "probabilities": {pair["label"]: pair["probability"] for pair in row["probabilities"]},
    }


async def accounts_balance(dsn: str) -> None:
    """Compare what the services' own tables say about the same things."""
    conn = await asyncpg.connect(dsn)
    try:
        jobs = "SELECT job_id FROM {} WHERE project = 'loop'"
        chosen = {row["job_id"] for row in await conn.fetch(jobs.format("sampler.chosen"))}
        assert chosen == {row["job_id"] for row in await conn.fetch(jobs.format("qa.jobs"))}
        assert chosen == {row["job_id"] for row in await conn.fetch(jobs.format("gateway.jobs"))}
        assert await conn.fetchval("SELECT count(*) FROM sampler.decisions WHERE project = 'loop'") == 30
        votes = "SELECT annotation_id, revision FROM {}.annotations WHERE project = 'loop' ORDER BY 1, 2"

        async def are_equal() -> bool:
            """Return whether qa has every vote; one that came after the last label may be on its way."""
            return bool(await conn.fetch(votes.format("qa")) == await conn.fetch(votes.format("gateway")))

        await eventually(are_equal)
        left = " UNION ALL ".join(f"SELECT seq FROM {schema}.outbox" for schema in SCHEMAS)

        async def is_announced() -> bool:
            return await conn.fetchval(f"SELECT count(*) FROM ({left}) AS messages") == 0

        await eventually(is_announced)
    finally:
        await conn.close()
