"""The sampler answers as its OpenAPI document says, whatever it is sent."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from qdrant_client import AsyncQdrantClient

from adapters.http.conformance import Server, migrated, names_of
from publishingkit import FakePublisher
from shoal.contracts.projects import ProjectChanged
from shoal.persistence import open_pool
from shoal_local.stack import Stack
from shoal_sampler.http.app import make_app
from shoal_sampler.main import SCHEMA, wire_service
from shoal_sampler.settings import SamplerSettings

pytestmark = pytest.mark.servers
NAMES = names_of(make_app(None))  # type: ignore[arg-type]
DICE = {"name": "dice", "strategy": {"kind": "random"}, "budget": {"votes": 300}}

CAMPAIGNS = "/v1/projects/news/campaigns"


def like(*examples: Any) -> dict[str, Any]:
    return {"kind": "more_like_these", "generation": "g-1-2", "examples": list(examples)}


@pytest.fixture(scope="module")
def server(stack: Stack) -> Iterator[Server]:
    with migrated(stack, SCHEMA, "shoal_sampler") as (runner, dsn):
        pool = runner.run(open_pool(dsn, SCHEMA))
        client = AsyncQdrantClient(
            stack.environment["SHOAL_QDRANT_URL"],
            grpc_port=int(stack.environment["SHOAL_QDRANT_GRPC_PORT"]),
            prefer_grpc=True,
            check_compatibility=False,
        )
        service = wire_service(SamplerSettings(postgres_dsn=dsn), FakePublisher(), pool, client)
        assert service.directory is not None
        service.directory.put(ProjectChanged(project="news", changed_at=datetime(2026, 1, 1, tzinfo=UTC)))
        server = Server(service, runner, {"project": "news", "campaign": "dice"})
        assert server.send("POST", CAMPAIGNS, json=DICE).status_code == 201
        yield server
        runner.run(client.close())
        runner.run(pool.close())


@pytest.mark.parametrize("name", NAMES)
def test_answers_conform(server: Server, name: str) -> None:
    server.check(name)


@pytest.mark.parametrize("name", NAMES)
def test_no_operation_answers_without_a_key(server: Server, name: str) -> None:
    server.check_key(name)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"until": "0001-01-01T00:00:00+14:00"}, "until"),
        ({"until": "9999-12-31T23:59:59-14:00"}, "until"),
        ({"filter": {"tags": {"a": "\x00"}}}, "filter.tags.a"),
        ({"filter": {"models": ["\ud800"]}}, "filter.models[0]"),
        ({"strategy": like({"vector": [1, 10**400]})}, "strategy.examples[0]"),
        ({"strategy": like({"vector": [1, 2]}, {"vector": [1, 2, 3]})}, "strategy.examples[1].vector"),
        (
            {"strategy": {**like({"vector": [1, 2]}, {"vector": [1]}), "generation": "g"}},
            "strategy.generation",
        ),
        ({"strategy": {**like({"vector": [1, 2]}), "generation": "g-\u00b2"}}, "strategy.generation"),
    ],
)
def test_what_cannot_be_stored_or_compared_is_refused(server: Server, changes: Any, field: str) -> None:
    body = json.dumps({**DICE, "name": "odd", **changes})
    answer = server.send("POST", CAMPAIGNS, content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text
    assert server.send("GET", CAMPAIGNS).status_code == 200


@pytest.mark.parametrize("vector", [[1.0, -2.0, 3.0], "AACAPwAAAMAAAEBA"])
def test_a_vector_may_be_numbers_or_base64(server: Server, vector: Any) -> None:
    body = {**DICE, "name": "alike", "strategy": like({"vector": vector})}
    body["strategy"]["generation"] = "g-1-3"
    assert server.send("POST", CAMPAIGNS, json=body).status_code in (200, 201)


@pytest.mark.parametrize("body", [b"[" * 100_000, b"\xff", b"{", b"1" * 5000])
def test_a_body_that_is_no_json(server: Server, body: bytes) -> None:
    answer = server.send("POST", CAMPAIGNS, content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["title"], answer.json()["field"]) == (400, "Not JSON", "body")
