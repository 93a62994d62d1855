"""Over HTTP an outage is 503, to be asked again; a fault of ours is 500."""

from typing import Any

import asyncpg
import httpx
import pytest
from fastapi import FastAPI

from shoal.messaging import PublishFailed, Transient
from shoal.runtime.problems import install_problems

OUTAGES: list[Exception] = [
    ConnectionRefusedError("111"),
    TimeoutError(),
    Transient("away"),
    PublishFailed("no broker"),
    asyncpg.ConnectionDoesNotExistError("connection was closed in the middle of operation"),
    asyncpg.CannotConnectNowError("the database system is starting up"),
    asyncpg.InterfaceError("connection is closed"),
    asyncpg.DeadlockDetectedError("deadlock detected"),
    httpx.ConnectError("refused"),
]
FAULTS: list[Exception] = [
    KeyError("renamed"),
    FileNotFoundError("template"),
    asyncpg.UndefinedTableError("no such table"),
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
