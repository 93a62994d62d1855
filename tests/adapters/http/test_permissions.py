"""Every route of every service, with no key, a wrong one, another project's, and a key of each role.

The routes come from the applications, so a new one fails here until the table says who may use it.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
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

pytestmark = pytest.mark.servers
ROLES: tuple[Role, ...] = get_args(Role)
ADMIN = "the installation's key"
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
PRODUCER = frozenset({"producer", "operator", "admin"})
ANNOTATOR = frozenset({"annotator", "reviewer", "operator", "admin"})
REVIEWER = frozenset({"reviewer", "operator", "admin"})
OPERATOR = frozenset({"operator", "admin"})
ONLY_ADMIN = frozenset({"admin"})
INSTALLATION = frozenset[str]()  # no key of a project
OPEN = None  # no key at all

DOCUMENT: dict[str, frozenset[str] | None] = {"GET /openapi.json": OPEN, "HEAD /openapi.json": OPEN}
PERMISSIONS: dict[str, dict[str, frozenset[str] | None]] = {
    "ingest": {
        **DOCUMENT,
        "POST /v1/inferences": PRODUCER,
        "POST /v1/kserve/{project}": PRODUCER,
        "POST /v1/projects": ONLY_ADMIN,
        "GET /v1/projects": OPERATOR,
        "GET /v1/projects/changes": INSTALLATION,
        "POST /v1/projects/{project}/keys": ONLY_ADMIN,
        "DELETE /v1/projects/{project}/keys/{key_id}": ONLY_ADMIN,
        "DELETE /v1/projects/{project}/samples/{sample_id}": OPERATOR,
        "POST /v1/projects/{project}/erasures": OPERATOR,
        "POST /v1/projects/{project}/media": PRODUCER,
        "GET /v1/projects/{project}/media/{sha256}": PRODUCER,
        "GET /v1/media/{token}": OPEN,  # a signature authenticates it
    },
    "sampler": {
        **DOCUMENT,
        "POST /v1/projects/{project}/campaigns": OPERATOR,
        "GET /v1/projects/{project}/campaigns": OPERATOR,
        "GET /v1/projects/{project}/campaigns/{campaign}": OPERATOR,
        "PUT /v1/projects/{project}/campaigns/{campaign}": OPERATOR,
        "POST /v1/projects/{project}/campaigns/{campaign}/pause": OPERATOR,
        "POST /v1/projects/{project}/campaigns/{campaign}/resume": OPERATOR,
        "POST /v1/projects/{project}/campaigns/{campaign}/finish": OPERATOR,
        "GET /v1/projects/{project}/audit": OPERATOR,
        "PUT /v1/projects/{project}/audit": OPERATOR,
    },
    "gateway": {
        **DOCUMENT,
        "GET /": OPEN,
        "HEAD /": OPEN,
        "GET /page/{file}": OPEN,
        "HEAD /page/{file}": OPEN,
        "POST /v1/webhooks/{provider}": OPEN,  # a signature authenticates it
        "GET /v1/projects": ANNOTATOR,
        "GET /v1/projects/{project}/guideline": ANNOTATOR,
        "GET /v1/projects/{project}/progress": ANNOTATOR,
        "GET /v1/projects/{project}/queue/next": ANNOTATOR,
        "GET /v1/projects/{project}/queue/last": ANNOTATOR,
        "POST /v1/tasks/{task}/annotations": ANNOTATOR,
        "POST /v1/tasks/{task}/skip": ANNOTATOR,
        "DELETE /v1/tasks/{task}/annotations/{annotation}": ANNOTATOR,
        "PUT /v1/projects/{project}/providers/{name}": OPERATOR,
        "GET /v1/projects/{project}/providers": OPERATOR,
        "GET /v1/projects/{project}/queue": OPERATOR,
        "GET /v1/projects/{project}/jobs/{job}/tasks": OPERATOR,
    },
    "qa": {
        **DOCUMENT,
        "POST /v1/projects/{project}/guidelines": OPERATOR,
        "GET /v1/projects/{project}/guidelines": ANNOTATOR,
        "GET /v1/projects/{project}/guidelines/current": ANNOTATOR,
        "GET /v1/projects/{project}/rule": OPERATOR,
        "PUT /v1/projects/{project}/rule": OPERATOR,
        "POST /v1/projects/{project}/rule/preview": OPERATOR,
        "POST /v1/projects/{project}/gold": OPERATOR,
        "GET /v1/projects/{project}/gold": OPERATOR,
        "GET /v1/projects/{project}/labels": OPERATOR,
        "GET /v1/projects/{project}/annotations": OPERATOR,
        "GET /v1/projects/{project}/jobs/{job_id}": OPERATOR,
        "GET /v1/projects/{project}/reviews": REVIEWER,
        "POST /v1/projects/{project}/reviews/{job_id}": REVIEWER,
        "GET /v1/projects/{project}/metrics": OPERATOR,
        "GET /v1/projects/{project}/annotators": OPERATOR,
        "POST /v1/projects/{project}/datasets": OPERATOR,
        "GET /v1/projects/{project}/datasets": OPERATOR,
        "GET /v1/projects/{project}/datasets/{dataset}/{version}": OPERATOR,
        "GET /v1/projects/{project}/datasets/{dataset}/{version}/files/{file}": OPERATOR,
        "HEAD /v1/projects/{project}/datasets/{dataset}/{version}/files/{file}": OPERATOR,
    },
}
# Routes whose project is in the body, in the task, or in none; what another project's key gets there.
ELSEWHERE: dict[str, set[int]] = {
    "POST /v1/inferences": {422},  # the one inference is refused: forbidden_project
    "POST /v1/tasks/{task}/annotations": {404},
    "POST /v1/tasks/{task}/skip": {404},
    "DELETE /v1/tasks/{task}/annotations/{annotation}": {404},
    "GET /v1/projects": {200},  # its own projects
}
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


@pytest.fixture(scope="module")
def servers(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Server]]:
    with ExitStack() as running:
        yield {
            "ingest": running.enter_context(ingest(stack)),
            "sampler": running.enter_context(sampler(stack)),
            "gateway": running.enter_context(gateway(stack)),
            "qa": running.enter_context(qa(stack, tmp_path_factory.mktemp("datasets"))),
        }


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


@pytest.mark.parametrize("service", PERMISSIONS)
def test_every_route_is_in_the_table_and_the_table_has_no_other(
    servers: dict[str, Server], service: str
) -> None:
    assert {door.name for door in doors_of(servers[service])} == set(PERMISSIONS[service])


@pytest.mark.parametrize("service", PERMISSIONS)
def test_without_a_key_or_with_a_wrong_one_nothing_opens(servers: dict[str, Server], service: str) -> None:
    for door in doors_of(servers[service]):
        for key in (None, "", "wrong", new_key(), ADMIN + "x", KEYS["news", "admin"][:-1]):
            answer = door.send(servers[service], key)
            if PERMISSIONS[service][door.name] is OPEN:
                assert answer.status_code != 403, door
            else:
                assert answer.status_code == 401, (door, key, answer.text)


@pytest.mark.parametrize("service", PERMISSIONS)
def test_a_key_opens_what_its_role_may_do_and_nothing_else(servers: dict[str, Server], service: str) -> None:
    for door in doors_of(servers[service]):
        allowed = PERMISSIONS[service][door.name]
        if allowed is OPEN:
            continue
        for role in ROLES:
            answer = door.send(servers[service], KEYS["news", role])
            assert answer.status_code < 500, (door, answer.text)
            assert (answer.status_code not in (401, 403)) == (role in allowed), (door, role, answer.text)
        assert door.send(servers[service], ADMIN).status_code not in (401, 403), door


@pytest.mark.parametrize("service", PERMISSIONS)
def test_another_projects_key_opens_nothing_and_learns_of_no_project(
    servers: dict[str, Server], service: str
) -> None:
    for door in doors_of(servers[service]):
        if PERMISSIONS[service][door.name] is OPEN:
            continue
        answers = {
            project: door.send(servers[service], KEYS["other", "admin"], project)
            for project in ("news", "no-such-project")
        }
        expected = ELSEWHERE.get(door.name, {403})
        for project, answer in answers.items():
            assert answer.status_code in expected, (door, answer.text)
            assert "Wheat" not in answer.text
            if door.name == "GET /v1/projects":
                assert "news" not in answer.text
            else:
                answers[project] = answer.text.replace(project, "X")  # type: ignore[call-overload]
        assert len({str(answer) for answer in answers.values()}) == 1, door


def test_a_key_for_one_name_works_under_no_other(servers: dict[str, Server]) -> None:
    calls: list[tuple[str, str, str, dict[str, Any]]] = [
        ("gateway", "GET", "/v1/projects", {"params": {"annotator": "bob"}}),
        ("gateway", "GET", "/v1/projects/news/progress", {"params": {"annotator": "bob"}}),
    ]
    for service, method, path, request in calls:
        for role in ("annotator", "reviewer"):
            headers = {"authorization": f"Bearer {KEYS['news', role]}"}  # type: ignore[index]
            answer = servers[service].send(method, path, headers=headers, **request)
            assert (answer.status_code, answer.json()["field"]) == (403, "annotator"), answer.text
    answer = servers["qa"].send(
        "POST",
        "/v1/projects/news/reviews/absent",
        headers={"authorization": f"Bearer {KEYS['news', 'reviewer']}"},
        json={"label": "x", "reviewer": "bob"},
    )
    assert (answer.status_code, answer.json()["field"]) == (403, "reviewer")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"roles": ["annotator"]}, 422),
        ({"roles": ["reviewer", "producer"]}, 422),
        ({"roles": ["annotator"], "annotator": ""}, 422),
        ({"roles": ["annotator"], "annotator": "   "}, 422),
        ({"roles": ["annotator"], "annotator": "a\x00"}, 422),
        ({"roles": ["annotator"], "annotator": "bob"}, 201),
        ({"roles": ["annotator"], "annotator": "*"}, 201),
        ({"roles": ["annotator", "operator"]}, 201),
        ({"roles": ["producer"]}, 201),
    ],
)
def test_a_key_of_an_annotator_names_its_person(
    servers: dict[str, Server], body: dict[str, Any], status: int
) -> None:
    headers = {"authorization": f"Bearer {ADMIN}"}
    servers["ingest"].send("POST", "/v1/projects", headers=headers, json={"project": "people"})
    answer = servers["ingest"].send("POST", "/v1/projects/people/keys", headers=headers, json=body)
    assert answer.status_code == status, answer.text
    if status == 201:
        name = body.get("annotator")
        assert answer.json()["annotator"] == (None if name == "*" else name)
