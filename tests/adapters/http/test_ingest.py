"""ingest answers as its OpenAPI document says, whatever it is sent."""

import asyncio
from collections.abc import Iterator

import pytest

from adapters.http.conformance import Server
from databasekit import create_database, drop_database
from publishingkit import FakePublisher
from shoal.persistence import migrate, open_pool
from shoal.security.access import Access
from shoal_ingest.http.app import make_app
from shoal_ingest.main import SCHEMA, wire
from shoal_ingest.settings import IngestSettings
from shoal_local.stack import Stack

pytestmark = pytest.mark.kafka
NAMES = [
    operation["operationId"]
    for methods in make_app(None).openapi()["paths"].values()  # type: ignore[arg-type]
    for operation in methods.values()
]


@pytest.fixture(scope="module")
def server(stack: Stack) -> Iterator[Server]:
    with asyncio.Runner() as runner:
        dsn = runner.run(create_database(stack.postgres_dsn))
        runner.run(migrate(dsn, schema=SCHEMA, package="shoal_ingest", outbox=True))
        pool = runner.run(open_pool(dsn, SCHEMA))
        service = wire(IngestSettings(postgres_dsn=dsn), FakePublisher(), pool)
        service.app.state.access = Access(service.directory, None)
        server = Server(service.app, runner, {"project": "news"})
        assert server.send("POST", "/v1/projects", json={"project": "news"}).status_code == 201
        yield server
        runner.run(pool.close())
        runner.run(drop_database(stack.postgres_dsn, dsn))


@pytest.mark.parametrize("name", NAMES)
def test_answers_conform(server: Server, name: str) -> None:
    server.check(name)


@pytest.mark.parametrize("name", NAMES)
def test_no_operation_answers_without_a_key(server: Server, name: str) -> None:
    server.check_key(name)
