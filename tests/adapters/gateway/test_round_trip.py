"""Every answer comes back as it was given: page, database, event, page."""

import asyncio
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from adapters.gateway.servicekit import RunningGateway, running_gateway, wait_until
from adapters.gateway.typekit import ANSWERS, CONTENTS, PLAIN, SCHEMAS
from adapters.http.conformance import migrated
from shoal.answers import canonical_answer
from shoal.contracts.answers import Answer
from shoal.contracts.labels import AnnotationSubmitted
from shoal_local.stack import Stack

pytestmark = pytest.mark.servers
READ: TypeAdapter[Any] = TypeAdapter(Answer)
LATEST = "SELECT value FROM outbox WHERE topic = 'labels.submitted' ORDER BY seq DESC LIMIT 1"


@pytest.fixture(scope="module")
def running(stack: Stack) -> Iterator[tuple[asyncio.Runner, RunningGateway]]:
    with migrated(stack, "gateway", "shoal_gateway") as (runner, dsn):
        closing = AsyncExitStack()
        gateway = runner.run(closing.enter_async_context(running_gateway(dsn)))
        for kind, schema in SCHEMAS.items():
            gateway.project(project_of(kind), schema)
        yield runner, gateway
        runner.run(closing.aclose())


def project_of(kind: str) -> str:
    return kind.replace("_", "-")


NUMBERS = count()


async def send_round(gateway: RunningGateway, kind: str, answer: dict[str, Any]) -> None:
    project = project_of(kind)
    await gateway.job(project, next(NUMBERS), "inhouse", content=CONTENTS.get(kind, PLAIN))
    task = await take(gateway, project)
    body = {"annotator": "ann", "answer": answer}
    stored = await gateway.http.post(f"/v1/tasks/{task['task_id']}/annotations", json=body)
    assert stored.status_code == 201, stored.text
    repeated = await gateway.http.post(f"/v1/tasks/{task['task_id']}/annotations", json=body)
    assert repeated.json() == stored.json()
    last = (await gateway.http.get(f"/v1/projects/{project}/queue/last?annotator=ann")).json()
    event = AnnotationSubmitted.model_validate_json(await gateway.pool.fetchval(LATEST))
    assert event.task_id == task["task_id"] == last["task"]["task_id"]
    assert event.answer is not None
    sent = canonical_answer(READ.validate_python(answer))
    assert canonical_answer(READ.validate_python(last["answer"])) == sent
    assert canonical_answer(event.answer) == sent


async def take(gateway: RunningGateway, project: str) -> dict[str, Any]:
    taken: dict[str, Any] = {}

    async def is_there() -> bool:
        response = await gateway.http.get(f"/v1/projects/{project}/queue/next?annotator=ann")
        taken.update(response.json() if response.status_code == 200 else {})
        return bool(taken)

    await wait_until(is_there, "a task")
    return taken


@pytest.mark.parametrize("kind", SCHEMAS)
def test_every_answer_comes_back_as_it_was_given(
    running: tuple[asyncio.Runner, RunningGateway], kind: str
) -> None:
    runner, gateway = running

    @settings(max_examples=8, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def check(data: st.DataObject) -> None:
        runner.run(send_round(gateway, kind, data.draw(ANSWERS[kind])))

    check()


def test_the_canonical_text_is_what_the_database_counts(
    running: tuple[asyncio.Runner, RunningGateway],
) -> None:
    runner, gateway = running
    rows = runner.run(gateway.pool.fetch("SELECT kind, label FROM annotations WHERE kind <> 'class'"))
    assert {row["kind"] for row in rows} >= {"boxes", "ranking", "text"}
    for row in rows:
        assert canonical_answer(READ.validate_python(json.loads(row["label"]))) == row["label"]
