"""Every service with keys on, and requests to each of its routes."""

import json
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import httpx
from pydantic import SecretStr
from qdrant_client import AsyncQdrantClient
from starlette.routing import Route

import shoal_gateway.main
import shoal_ingest.main
import shoal_qa.main
import shoal_sampler.main
from adapters.http.conformance import Server, migrated
from publishingkit import FakePublisher
from shoal.contracts.projects import ApiKey, ProjectChanged, Role
from shoal.persistence import open_pool
from shoal.runtime import Service
from shoal.security import hash_key, new_key
from shoal.security.access import Access
from shoal_gateway.settings import GatewaySettings
from shoal_ingest.adapters.projects import PostgresProjects
from shoal_ingest.settings import IngestSettings
from shoal_local.stack import Stack
from shoal_qa.settings import QaSettings
from shoal_sampler.settings import SamplerSettings

ROLES: tuple[Role, ...] = get_args(Role)
ADMIN = "the installation's key"
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
INFERENCE = {"project": "news", "source_id": "1", "text": "Wheat fell."}
BODIES: dict[str, Any] = {
    "POST /v1/inferences": INFERENCE,
    "POST /v1/projects": {"project": "news"},
    "POST /v1/projects/{project}/keys": {"roles": ["producer"]},
    "POST /v1/tasks/{task}/annotations": {"annotator": "ann", "answer": {"label": "x"}},
    "POST /v1/tasks/{task}/skip": {"annotator": "ann"},
    "POST /v1/projects/{project}/reviews/{job_id}": {"label": "x", "reviewer": "ann"},
}
QUERY = {"annotator": "ann", "since": "2026-01-01T00:00:00Z", "project": "news"}
KEYS: dict[tuple[str, Role], str] = {(name, role): new_key() for name in ("news", "other") for role in ROLES}


def project_event(name: str) -> ProjectChanged:
    keys = [
        ApiKey(key_id=role, sha256=hash_key(KEYS[name, role]), roles=(role,), annotator="ann")
        for role in ROLES
    ]
    return ProjectChanged(project=name, keys=tuple(keys), changed_at=MOMENT)


@contextmanager
def gateway(stack: Stack) -> Iterator[Server]:
    with migrated(stack, shoal_gateway.main.SCHEMA, "shoal_gateway") as (runner, dsn):
        pools = [runner.run(open_pool(dsn, shoal_gateway.main.SCHEMA)) for _ in range(2)]
        closing = AsyncExitStack()
        service = shoal_gateway.main.wire_service(
            GatewaySettings(postgres_dsn=dsn),
            FakePublisher(),
            pool=pools[0],
            lookups=pools[1],
            closing=closing,
        )
        yield keyed(Server(service, runner, {}), service)
        runner.run(closing.aclose())
        for pool in pools:
            runner.run(pool.close())


@contextmanager
def ingest(stack: Stack) -> Iterator[Server]:
    with migrated(stack, shoal_ingest.main.SCHEMA, "shoal_ingest") as (runner, dsn):
        pool = runner.run(open_pool(dsn, shoal_ingest.main.SCHEMA))
        service = shoal_ingest.main.wire_service(IngestSettings(postgres_dsn=dsn), FakePublisher(), pool)
        for event in map(project_event, ("news", "other")):
            runner.run(PostgresProjects(pool).put(event.project, {}, MOMENT))
            for key in event.keys:
                runner.run(PostgresProjects(pool).add_key(event.project, key, MOMENT))
        yield keyed(Server(service, runner, {}), service)
        runner.run(pool.close())


@contextmanager
def sampler(stack: Stack) -> Iterator[Server]:
    with migrated(stack, shoal_sampler.main.SCHEMA, "shoal_sampler") as (runner, dsn):
        pool = runner.run(open_pool(dsn, shoal_sampler.main.SCHEMA))
        client = AsyncQdrantClient(
            stack.environment["SHOAL_QDRANT_URL"],
            grpc_port=int(stack.environment["SHOAL_QDRANT_GRPC_PORT"]),
            prefer_grpc=True,
            check_compatibility=False,
        )
        settings = SamplerSettings(postgres_dsn=dsn)
        service = shoal_sampler.main.wire_service(settings, FakePublisher(), pool, client)
        yield keyed(Server(service, runner, {}), service)
        runner.run(client.close())
        runner.run(pool.close())


@contextmanager
def qa(stack: Stack, folder: Path) -> Iterator[Server]:
    with migrated(stack, shoal_qa.main.SCHEMA, "shoal_qa") as (runner, dsn):
        pool = runner.run(open_pool(dsn, shoal_qa.main.SCHEMA))
        settings = QaSettings(postgres_dsn=dsn, datasets_uri=str(folder))
        service = shoal_qa.main.wire_service(settings, FakePublisher(), pool)
        yield keyed(Server(service, runner, {}), service)
        runner.run(pool.close())


def keyed(server: Server, service: Service) -> Server:
    """Return the server with keys on and both projects announced."""
    assert service.directory is not None
    for name in ("news", "other"):
        service.directory.put(project_event(name))
    server.app.state.access = Access(service.directory, SecretStr(ADMIN))
    return server


@dataclass(frozen=True, slots=True)
class Door:
    """One method of one route."""

    name: str
    method: str
    path: str

    def send(self, server: Server, key: str | None, project: str = "news") -> httpx.Response:
        """Send a request whose path names what does not exist, but for the project."""
        path = self.path.replace("{project}", project)
        for placeholder in ("task", "annotation", "key_id", "sample_id", "campaign", "job", "job_id"):
            path = path.replace("{" + placeholder + "}", "absent")
        for placeholder in ("name", "provider", "dataset", "version", "file"):
            path = path.replace("{" + placeholder + "}", "absent")
        headers = {"content-type": "application/json"}
        if key is not None:
            headers["authorization"] = f"Bearer {key}"
        body = json.dumps(BODIES.get(self.name, {})).replace('"news"', f'"{project}"')
        content = body if self.method in ("POST", "PUT") else None
        return server.send(self.method, path, headers=headers, content=content, params=QUERY)


def doors_of(server: Server) -> list[Door]:
    """Return every method of every route; the page's files count as one."""
    return [
        Door(
            f"{method} {'/page/{file}' if route.path.startswith('/page/') else route.path}",
            method,
            route.path,
        )
        for route in routes_of(server.app.routes)
        for method in sorted(route.methods or ())
    ]


def routes_of(entries: Sequence[Any]) -> Iterator[Route]:
    """Yield the routes of an application, those of its routers too."""
    for entry in entries:
        if isinstance(entry, Route):
            yield entry
        else:
            yield from routes_of(entry.original_router.routes)
