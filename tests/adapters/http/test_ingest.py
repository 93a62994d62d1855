"""ingest answers as its OpenAPI document says, whatever it is sent."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from adapters.http.conformance import Server, migrated, names_of
from publishingkit import FakePublisher
from shoal.persistence import open_pool
from shoal_ingest.http.app import make_app
from shoal_ingest.main import SCHEMA, wire_service
from shoal_ingest.settings import IngestSettings
from shoal_local.stack import Stack

pytestmark = pytest.mark.servers
NAMES = names_of(make_app(None))  # type: ignore[arg-type]
SIGNED = "show_media"  # its address is signed


@pytest.fixture(scope="module")
def server(stack: Stack) -> Iterator[Server]:
    with migrated(stack, SCHEMA, "shoal_ingest") as (runner, dsn):
        pool = runner.run(open_pool(dsn, SCHEMA))
        service = wire_service(
            IngestSettings(postgres_dsn=dsn, media_uri=f"memory://{uuid4().hex}"), FakePublisher(), pool
        )
        server = Server(service, runner, {"project": "news"})
        assert server.send("POST", "/v1/projects", json={"project": "news"}).status_code == 201
        yield server
        runner.run(pool.close())


@pytest.mark.parametrize("name", NAMES)
def test_answers_conform(server: Server, name: str) -> None:
    server.check(name)


@pytest.mark.parametrize("name", [name for name in NAMES if name != SIGNED])
def test_no_operation_answers_without_a_key(server: Server, name: str) -> None:
    server.check_key(name)
