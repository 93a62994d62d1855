"""People who vote in the gateway's queue, and the fits of their votes."""

import asyncio
import time
from collections.abc import Sequence
from random import Random
from typing import Any

import httpx
import numpy as np
from tests.bench.scale.load import CLASSES
from tests.bench.scale.records import kafka_settings, skip_backlog
from tests.bench.scale.result import Fit, Votes
from tests.bench.scale.stages import INPUTS, Bench
from tests.bench.scale.usage import connection_cpu, own_cpu, server_cpu, service_processes, wal_position

from shoal_local.services import LocalShoal
from shoal_qa.domain.projects.fitting import FitOptions, ProjectVotes, fit_project

SERVICES = ("labeling-gateway", "qa")
PEOPLE = ("ann", "bob", "cleo", "dora")
SKILL = 0.9
REST_S = 180
VOTES_A_JOB = 3


async def measure_votes(bench: Bench, projects: Sequence[str], most: int) -> Votes:
    """Let people give up to `most` votes, and wait until qa has learnt from all of them."""
    settings = kafka_settings(bench.stack)
    for service in SERVICES:
        for topic in INPUTS[service]:
            await skip_backlog(settings, topic, service)
    jobs = await bench.conn.fetchval(
        "SELECT count(*) FROM gateway.jobs WHERE project = ANY($1)", list(projects)
    )
    shoal = LocalShoal(bench.stack, SERVICES, bench.settings)
    await asyncio.to_thread(shoal.start)
    try:
        before, wal, began = await _cpu(bench), await wal_position(bench.conn), time.monotonic()
        given = await _vote(bench.http, shoal.urls["labeling-gateway"], projects, most)
        await _rest(bench.conn)
        wall = time.monotonic() - began
        after = await _cpu(bench)
        wal = await wal_position(bench.conn) - wal
    finally:
        await asyncio.to_thread(shoal.stop)
    cpu_ms = {name: round(1000 * (after[name] - before.get(name, 0)) / max(given, 1), 3) for name in after}
    return Votes(jobs=jobs, votes=given, wall_s=round(wall, 1), cpu_ms=cpu_ms, wal_bytes=wal)


async def _cpu(bench: Bench) -> dict[str, float]:
    """Return CPU seconds so far of both services, of their connections, and of Kafka."""
    connections = await connection_cpu(bench.conn)
    return {
        **{service: own_cpu(service_processes(service)) for service in SERVICES},
        "gateway's PostgreSQL": connections.get("shoal-gateway", 0.0),
        "qa's PostgreSQL": connections.get("shoal-qa", 0.0),
        "kafka": server_cpu(bench.stack)["kafka"],
    }


async def _vote(http: httpx.AsyncClient, url: str, projects: Sequence[str], most: int) -> int:
    """Let each person work through the projects; return the number of votes."""
    share = most // len(PEOPLE)
    counts = await asyncio.gather(*(_work(http, url, projects, name, share) for name in PEOPLE))
    return sum(counts)


async def _work(http: httpx.AsyncClient, url: str, projects: Sequence[str], name: str, most: int) -> int:
    chance, votes = Random(name), 0
    for project in projects:
        while votes < most:
            path = f"{url}/v1/projects/{project}/queue/next"
            answer = await http.get(path, params={"annotator": name})
            if answer.status_code != 200:
                break
            task = answer.json()
            # Like most people, they agree with each other: on the class that the text decides.
            right = CLASSES[len(task["content"]["text"]) % len(CLASSES)]
            label = right if chance.random() < SKILL else chance.choice(CLASSES)
            body = {"annotator": name, "answer": {"label": label}, "duration_s": 3.0}
            sent = await http.post(f"{url}/v1/tasks/{task['task_id']}/annotations", json=body)
            votes += sent.is_success
    return votes


async def _rest(conn: Any) -> None:
    """Wait until qa has fitted every vote and no message waits in an outbox."""
    waiting = """SELECT
        (SELECT count(*) FROM gateway.annotations WHERE NOT surplus) - (SELECT count(*) FROM qa.annotations)
      + (SELECT count(*) FROM qa.annotations a LEFT JOIN qa.fits f USING (project, major)
         WHERE a.seq > coalesce(f.seen, 0))
      + (SELECT count(*) FROM qa.outbox) + (SELECT count(*) FROM gateway.outbox)"""
    async with asyncio.timeout(REST_S):
        while await conn.fetchval(waiting):
            await asyncio.sleep(0.2)


def measure_fits(sizes: Sequence[int]) -> list[Fit]:
    """Return the CPU seconds of one fit from scratch of so many votes, three a job, by 20 annotators."""
    _fit_cpu(100)  # loads what the first fit needs
    return [Fit(size, round(_fit_cpu(size), 3)) for size in sizes]


def _fit_cpu(votes: int) -> float:
    rng = np.random.default_rng(votes)
    truth = rng.integers(len(CLASSES), size=votes // VOTES_A_JOB + 1)
    guesses = rng.integers(len(CLASSES), size=votes)
    right = rng.random(votes) < SKILL
    triples = [
        (
            f"job-{n // VOTES_A_JOB}",
            f"annotator-{(7 * (n // VOTES_A_JOB) + n % VOTES_A_JOB) % 20}",
            CLASSES[truth[n // VOTES_A_JOB] if right[n] else guesses[n]],
        )
        for n in range(votes)
    ]
    began = time.process_time()
    fit_project(ProjectVotes(triples), CLASSES, FitOptions())
    return time.process_time() - began
