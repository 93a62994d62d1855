"""Fifty people at the gateway's queue: the time of their requests, and their rate beside bare statements."""

import asyncio
import random
import time
from collections.abc import Sequence
from typing import Any

import asyncpg
import httpx
import numpy as np
from tests.bench.ratio import Ratio
from tests.bench.scale.records import kafka_settings

from shoal.clock import utc_now
from shoal.contracts.label_schemas import BoxesSchema, LabelClass
from shoal.contracts.labels import GuidelineRef, LabelingJob
from shoal.contracts.projects import ProjectChanged
from shoal.contracts.quality import GuidelinePublished
from shoal.contracts.samples import Content, Prediction
from shoal.contracts.topics import GUIDELINES_PUBLISHED, LABELING_JOBS, PROJECTS_CHANGED
from shoal.messaging import OutgoingMessage, connect, encode
from shoal_local.services import LocalShoal
from shoal_local.stack import Stack

PEOPLE, ITEMS = 50, 1000
PACE_S = 1.0  # of one item, faster than people are
TARGET_S = 0.2  # of the 95th percentile
FILLED_S = 180
SHA256 = "ab" * 32
BOX = {"label": "fish", "left": 0.1, "top": 0.1, "right": 0.5, "bottom": 0.5}
ANSWER = {"kind": "boxes", "width": 640, "height": 480, "boxes": [BOX] * 5}
VERSION = GuidelineRef(major=1, minor=0)


async def run(stack: Stack) -> list[Ratio]:
    """Return how the requests of people at work, and their rate without pauses, compare."""
    with LocalShoal(stack, ["labeling-gateway"]) as shoal:
        async with httpx.AsyncClient(base_url=shoal.urls["labeling-gateway"], timeout=60) as http:
            for project in ("paced", "busy"):
                await _fill(stack, http, project)
            seconds, _ = await _work_all(http, "paced", PACE_S)
            _, rate = await _work_all(http, "busy", 0.0)
    p95 = float(np.quantile(seconds, 0.95))
    bare = await _run_bare(stack.postgres_dsn)
    return [
        Ratio(
            "50 people, an item a second each: 1 / (95th percentile of their requests)",
            1 / p95,
            1 / TARGET_S,
            f"1 / ({TARGET_S:g} s)",
        ),
        Ratio(
            "50 people without pauses: take an item, draw 5 boxes, see the progress",
            rate,
            bare,
            "asyncpg: a row FOR UPDATE SKIP LOCKED with its lease, then its answer, then a count; 10 connections",
        ),
    ]


async def _fill(stack: Stack, http: httpx.AsyncClient, project: str) -> None:
    """Announce a project of boxes and its jobs, and wait until the queue has them."""
    settings = kafka_settings(stack)
    async with connect(settings, service="bench", version="0") as messaging:
        await messaging.publisher.publish(_project_events(project))
        await messaging.publisher.publish(
            [_encode(LABELING_JOBS, _job_of(project, n), f"{project}-{n}") for n in range(ITEMS)]
        )

    async with asyncio.timeout(FILLED_S):
        while True:
            answer = await http.get(f"/v1/projects/{project}/progress", params={"annotator": "ann"})
            if answer.is_success and answer.json()["waiting_for_you"] == ITEMS:
                return
            await asyncio.sleep(0.2)


def _encode(topic: Any, event: Any, event_id: str) -> OutgoingMessage:
    return encode(topic, event, event_id=event_id, source="/bench", time=utc_now())


def _project_events(project: str) -> list[OutgoingMessage]:
    guideline = GuidelinePublished(
        project=project,
        guideline=VERSION,
        title="Reef",
        text="",
        label_schema=BoxesSchema(classes=(LabelClass(name="fish"), LabelClass(name="coral"))),
        prelabels="shown",
        published_at=utc_now(),
    )
    return [
        _encode(PROJECTS_CHANGED, ProjectChanged(project=project, changed_at=utc_now()), project),
        _encode(GUIDELINES_PUBLISHED, guideline, f"{project}-guideline"),
    ]


def _job_of(project: str, number: int) -> LabelingJob:
    content = Content(uri=f"media:{SHA256}", sha256=SHA256, media_type="image/png", width=640, height=480)
    return LabelingJob(
        project=project,
        job_id=f"{project}-{number}",
        sample_id=f"{project}-{number}",
        purpose="label",
        guideline=VERSION,
        content=content,
        prediction=Prediction.model_validate({"model": "m", "boxes": [BOX] * 5}),
        votes=1,
        max_votes=9,
        requested_at=utc_now(),
    )


async def _work_all(http: httpx.AsyncClient, project: str, pace_s: float) -> tuple[Sequence[float], float]:
    """Let everybody work until no item is left. Returns the seconds of each request, and items a second."""
    seconds: list[float] = []

    async def ask(method: str, path: str, **options: Any) -> httpx.Response:
        begun = time.perf_counter()
        response = await http.request(method, path, **options)
        seconds.append(time.perf_counter() - begun)
        assert response.is_success, response.text
        return response

    begun = time.perf_counter()
    counts = await asyncio.gather(*(_work(ask, project, f"p{number}", pace_s) for number in range(PEOPLE)))
    assert sum(counts) == ITEMS, f"{sum(counts)} answers for {ITEMS} items"
    return seconds, ITEMS / (time.perf_counter() - begun)


async def _work(ask: Any, project: str, who: str, pace_s: float) -> int:
    """Do what the page does for one person; return the number of answers."""
    answered, path, query = 0, f"/v1/projects/{project}", {"annotator": who}
    await asyncio.sleep(pace_s * random.random())
    while (await ask("GET", f"{path}/progress", params=query)).json()["waiting_for_you"]:
        taken = await ask("GET", f"{path}/queue/next", params=query)
        if taken.status_code == httpx.codes.NO_CONTENT:
            await asyncio.sleep(0.05)
            continue
        task = taken.json()["task_id"]
        await asyncio.sleep(pace_s * random.uniform(0.5, 1.5))
        body = {"annotator": who, "answer": ANSWER}
        await ask("POST", f"/v1/tasks/{task}/annotations", json=body)
        answered += 1
    return answered


BARE_TABLES = """
DROP SCHEMA IF EXISTS bench_people CASCADE;
CREATE SCHEMA bench_people;
CREATE TABLE bench_people.items (id int PRIMARY KEY, datum jsonb, holder text, answered boolean DEFAULT false);
CREATE TABLE bench_people.answers (id int PRIMARY KEY, who text, answer jsonb);
CREATE INDEX ON bench_people.items (id) WHERE holder IS NULL;
"""
TAKE = """
UPDATE bench_people.items SET holder = $1 WHERE id = (
    SELECT id FROM bench_people.items WHERE holder IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING id, datum
"""


async def _run_bare(dsn: str) -> float:
    """Return the items a second of the same people with statements alone."""
    async with asyncpg.create_pool(dsn, min_size=10, max_size=10) as pool:
        await pool.execute(BARE_TABLES)
        datum = _job_of("bare", 0).model_dump_json()
        await pool.executemany(
            "INSERT INTO bench_people.items (id, datum) VALUES ($1, $2)", [(n, datum) for n in range(ITEMS)]
        )
        begun = time.perf_counter()
        await asyncio.gather(*(_work_bare(pool, f"p{number}") for number in range(PEOPLE)))
        rate = ITEMS / (time.perf_counter() - begun)
        await pool.execute("DROP SCHEMA bench_people CASCADE")
    return rate


async def _work_bare(pool: Any, who: str) -> None:
    answer = httpx.Request("POST", "http://bench", json=ANSWER).content.decode()
    while row := await pool.fetchrow(TAKE, who):
        async with pool.acquire() as conn, conn.transaction():
            await conn.execute("UPDATE bench_people.items SET answered = true WHERE id = $1", row["id"])
            await conn.execute("INSERT INTO bench_people.answers VALUES ($1, $2, $3)", row["id"], who, answer)
        await pool.fetchval("SELECT count(*) FROM bench_people.answers WHERE who = $1", who)
