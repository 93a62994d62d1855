"""Over HTTP an outage is 503, to be asked again; a fault of ours is 500."""

from typing import Any, get_args

import asyncpg
import httpx
import pytest
from aiokafka.errors import KafkaTimeoutError
from fastapi import FastAPI

from shoal.http.problems import _outage_cause, install_problems
from shoal.messaging import PublishFailed, Transient
from shoal.runtime.refusal import Kind, Refused

OUTAGES: list[Exception] = [
    ConnectionRefusedError("111"),
    TimeoutError(),
    Transient("away"),
    PublishFailed("no broker"),
    asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
    asyncpg.CannotConnectNowError("the database system is starting up"),
    asyncpg.InterfaceError("connection is closed"),
    asyncpg.DeadlockDetectedError("deadlock detected"),
    asyncpg.UndefinedTableError("no such table"),  # it is being restored, or a migration is missing
    asyncpg.InvalidPasswordError("password authentication failed"),
    asyncpg.DiskFullError("could not extend file"),
    asyncpg.ReadOnlySQLTransactionError("cannot execute INSERT in a read-only transaction"),
    KafkaTimeoutError("no answer"),
    httpx.ConnectError("refused"),
]
FAULTS: list[Exception] = [
    KeyError("renamed"),
    FileNotFoundError("template"),
    asyncpg.UndefinedFunctionError("no such function"),
    asyncpg.InterfaceError("the query has 2 arguments"),
]


async def answer_to(error: Exception) -> Any:
    app = FastAPI()
    install_problems(app)

    @app.get("/")
    async def fail() -> None:
        raise error

    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://shoal") as client:
        return await client.get("/")


@pytest.mark.parametrize("error", OUTAGES, ids=repr)
async def test_an_outage_is_to_be_asked_again(error: Exception) -> None:
    answer = await answer_to(error)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["fix"]


@pytest.mark.parametrize("error", FAULTS, ids=repr)
async def test_a_fault_is_ours_and_its_text_stays_here(error: Exception) -> None:
    answer = await answer_to(error)
    assert answer.status_code == 500
    assert "retry-after" not in answer.headers
    assert str(error) not in answer.text


@pytest.mark.parametrize("kind", get_args(Kind))
async def test_every_kind_of_refusal_has_a_status_and_a_title(kind: Kind) -> None:
    answer = await answer_to(Refused(kind, "why", field="name", fix="how"))
    assert 400 <= answer.status_code < 500
    assert answer.json()["title"]
    assert answer.json() | {"title": "", "status": 0} == {
        "type": "about:blank",
        "title": "",
        "status": 0,
        "detail": "why",
        "field": "name",
        "fix": "how",
    }


async def test_a_refusal_s_own_title_goes_before_its_kind_s() -> None:
    answer = await answer_to(Refused("unknown", "why", field="task", fix="how", title="Unknown task"))
    assert (answer.status_code, answer.json()["title"]) == (404, "Unknown task")


def test_an_answer_names_the_dependency_that_is_away() -> None:
    assert "PostgreSQL" in _outage_cause(asyncpg.CannotConnectNowError("starting up"))
    assert _outage_cause(Transient("Qdrant is away")) == "Qdrant is away"
