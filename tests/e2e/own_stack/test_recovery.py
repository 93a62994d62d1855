"""A rehearsal of docs/operations.md: PostgreSQL is as it was a while ago, behind a Kafka that went on."""

import asyncio
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from e2e.client import Client, eventually
from e2e.own_stack.archivekit import Archive, archive_folder, read_moment
from e2e.own_stack.test_restore import ANSWERS, OWNERS, SETTINGS, lines
from e2e.test_gold_and_review import waiting, work
from shoal_local.servers.postgres import PostgresServer
from shoal_local.services import LocalShoal
from shoal_local.stack import Stack

pytestmark = [pytest.mark.operations, pytest.mark.timeout(900)]
PROJECT = "restored"
PATH = f"/v1/projects/{PROJECT}"
BUDGET = 10


@dataclass(frozen=True, slots=True)
class Books:
    """What users, annotators and the accountant see."""

    labels: dict[str, tuple[str | None, int]]
    answered: dict[str, int]
    open_tasks: int
    cost: float
    reserved: int
    votes: int


async def read_books(client: Client, dsn: str) -> Books:
    """Return the books of the project."""
    rows = await client.labels(PROJECT)
    progress = {
        name: await client.done("labeling-gateway", "GET", f"{PATH}/progress", params={"annotator": name})
        for name in ("ann", "bob", "eve")
    }
    queue = await client.done("labeling-gateway", "GET", f"{PATH}/queue")
    campaigns = (await client.done("sampler", "GET", f"{PATH}/campaigns"))["campaigns"]
    connection = await asyncpg.connect(dsn)
    try:
        votes = await connection.fetchval("SELECT count(*) FROM qa.annotations")
    finally:
        await connection.close()
    return Books(
        labels={row["sample_id"]: (row["label"], row["revision"]) for row in rows},
        answered={name: found["answered"] for name, found in progress.items()},
        open_tasks=progress["eve"]["waiting_for_you"],
        cost=sum(provider["cost"] for provider in queue["providers"]),
        reserved=sum(campaign["votes_reserved"] for campaign in campaigns),
        votes=votes,
    )


async def open_project(client: Client) -> None:
    """Create the project, with a campaign whose budget ends in the middle of the samples."""
    await client.project(PROJECT, ["even", "odd"])
    rule = {"model": "majority", "min_votes": 1, "accept_probability": 0.5}
    await client.done("qa", "PUT", f"{PATH}/rule", json=rule)
    price = {"kind": "inhouse", "price_per_vote": 1.0}
    await client.done("labeling-gateway", "PUT", f"{PATH}/providers/inhouse", json=price)
    await client.campaign(
        PROJECT,
        name="all",
        strategy={"kind": "random", "share": 1.0},
        budget={"votes": BUDGET},
        labeling={"votes": 1, "max_votes": 1, "provider": "inhouse"},
    )


async def work_some(client: Client, annotator: str, count: int, action: str = "answer") -> list[str]:
    """Answer or skip a number of tasks; return their ids."""
    tasks = []
    for _ in range(count):
        found = await client.done(
            "labeling-gateway", "GET", f"{PATH}/queue/next", params={"annotator": annotator}
        )
        tasks.append(found["task_id"])
        await answer(client, found, annotator, action)
    return tasks


async def answer(client: Client, task: dict[str, Any], annotator: str, action: str) -> None:
    """Answer a task, or skip it."""
    path = f"/v1/tasks/{task['task_id']}"
    if action == "skip":
        await client.done("labeling-gateway", "POST", f"{path}/skip", json={"annotator": annotator})
    else:
        body = {"annotator": annotator, "answer": {"label": ANSWERS[task["content"]["text"]]}}
        await client.done("labeling-gateway", "POST", f"{path}/annotations", json=body)


async def labelled(client: Client, count: int) -> None:
    """Wait until a number of samples has a label."""

    async def are_there() -> bool:
        rows = await client.labels(PROJECT)
        return len([row for row in rows if row["state"] != "withdrawn"]) == count

    await eventually(are_there)


async def before_the_moment(client: Client) -> None:
    """Six samples, of which three are labelled."""
    await open_project(client)
    await client.send(lines(range(6)))
    await waiting(client, PROJECT, 6)
    await work_some(client, "ann", 3)
    await labelled(client, 3)


async def knows_every_vote(dsn: str) -> bool:
    """Return whether qa has what the gateway has."""
    connection = await asyncpg.connect(dsn)
    try:
        votes = "SELECT annotation_id, revision FROM {}.annotations ORDER BY 1, 2"
        ours, theirs = [await connection.fetch(votes.format(schema)) for schema in ("qa", "gateway")]
        return bool(ours == theirs)
    finally:
        await connection.close()


async def after_the_moment(client: Client, dsn: str) -> None:
    """What the database of the moment does not know: samples, answers, skips, an erasure, a decision."""
    await client.send(lines(range(6, 16)))  # the budget pays for four of them
    await waiting(client, PROJECT, 7)
    await work_some(client, "ann", 2)
    await work_some(client, "bob", 2)
    await work_some(client, "ann", 1, "skip")
    await labelled(client, 7)
    await eventually(lambda: knows_every_vote(dsn))
    rows = sorted(await client.labels(PROJECT), key=lambda row: str(row["sample_id"]))
    await client.done("ingest", "DELETE", f"{PATH}/samples/{rows[0]['sample_id']}")
    await labelled(client, 6)
    await decide_label(client, rows[1])
    await client.done("sampler", "POST", f"{PATH}/campaigns/all/pause")


async def decide_label(client: Client, label: dict[str, Any]) -> None:
    """Let an expert change a label at qa."""
    other = "odd" if label["label"] == "even" else "even"
    body = {"label": other, "reviewer": "dr. grain"}
    await client.done("qa", "POST", f"{PATH}/reviews/{label['job_id']}", json=body)


def run_commands(environment: dict[str, str], since: datetime) -> None:
    """Run the commands of docs/operations.md."""
    moment = ("--since", since.isoformat())
    for arguments in (*(("recover", service) for service in OWNERS), ("rewind",)):
        command = [sys.executable, "-m", "shoal.command_line.main", "topics", *arguments, *moment]
        subprocess.run(command, env={**os.environ, **environment}, check=True, timeout=600)


async def settled(client: Client, dsn: str, books: Books) -> None:
    """Wait until the books are those of before."""
    present = None

    async def are_equal() -> bool:
        nonlocal present
        present = await read_books(client, dsn)
        return present == books

    try:
        await eventually(are_equal)
    except AssertionError:
        assert present == books


async def go_on(client: Client, dsn: str, books: Books) -> None:
    """Check that nobody is asked twice, that every answer is paid once, and that new work comes."""
    await settled(client, dsn, books)
    again = await client.send(lines(range(16)))
    assert again["repeated"] == 16, again
    assert await work(client, PROJECT, "eve", ANSWERS) == books.open_tasks
    await labelled(client, BUDGET - 1)
    after = await read_books(client, dsn)
    assert after.cost == BUDGET
    assert after.reserved == BUDGET
    assert after.labels.items() >= books.labels.items()  # the erased and the expert's among them
    (campaign,) = (await client.done("sampler", "GET", f"{PATH}/campaigns"))["campaigns"]
    assert campaign["state"] == "paused"


async def test_work_goes_on_after_the_database_went_back_to_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SHOAL_POSTGRES_DSN", raising=False)  # a server of others keeps its data
    start = datetime.now(UTC) - timedelta(minutes=1)
    async with httpx.AsyncClient(timeout=30) as http:
        with Stack() as stack, archive_folder() as folder:
            server = stack.servers["postgres"]
            assert isinstance(server, PostgresServer)
            archive = Archive(server, folder)
            await asyncio.to_thread(archive.start_archiving)
            environment = {**SETTINGS, "SHOAL_POSTGRES_DSN": server.dsn}
            with LocalShoal(stack, environment=environment) as shoal:
                client = Client(shoal, http)
                await before_the_moment(client)
                moment = await read_moment(server.dsn)
                await after_the_moment(client, server.dsn)
                books = await read_books(client, server.dsn)
            await asyncio.to_thread(archive.restore_moment, moment)
            await asyncio.to_thread(run_commands, {**stack.environment, **environment}, start)
            with LocalShoal(stack, environment=environment) as shoal:
                await go_on(Client(shoal, http), server.dsn, books)
