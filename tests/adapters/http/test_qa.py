"""qa answers as its OpenAPI document says, whatever it is sent."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from adapters.http.conformance import Server, migrated, names_of
from adapters.qa.qakit import job, vote
from publishingkit import FakePublisher, received
from shoal.contracts.projects import ProjectChanged
from shoal.persistence import open_pool
from shoal_local.stack import Stack
from shoal_qa.http.app import make_app
from shoal_qa.main import SCHEMA, wire_service
from shoal_qa.settings import QaSettings

pytestmark = pytest.mark.kafka
NAMES = names_of(make_app(None))  # type: ignore[arg-type]
NEWS = "/v1/projects/news"
GUIDELINE = {"label_schema": {"classes": [{"name": "x"}, {"name": "y"}]}}
RULE = {"model": "majority", "accept_probability": 0.7, "max_votes": 3}


@pytest.fixture(scope="module")
def server(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("datasets")
    with migrated(stack, SCHEMA, "shoal_qa") as (runner, dsn):
        pool = runner.run(open_pool(dsn, SCHEMA))
        service = wire_service(QaSettings(postgres_dsn=dsn, datasets_uri=str(folder)), FakePublisher(), pool)
        assert service.directory is not None
        service.directory.put(ProjectChanged(project="news", changed_at=datetime(2026, 1, 1, tzinfo=UTC)))
        server = Server(service, runner, {"project": "news", "job_id": "j0", "dataset": "topics"})
        assert server.send("POST", f"{NEWS}/guidelines", json=GUIDELINE).status_code == 201
        assert server.send("PUT", f"{NEWS}/rule", json=RULE).status_code == 200
        runner.run(service.consumers[0].handle([received(job(n), "labeling.jobs") for n in range(6)]))
        votes = [
            vote(n, who, "x" if who == "ann" or n % 3 else "y") for n in range(6) for who in ("ann", "bob")
        ]
        events = [received(arrived.event, "labels.submitted") for arrived in votes]
        runner.run(service.consumers[1].handle(events))
        runner.run(service.loops[0].step())
        manifest = server.send("POST", f"{NEWS}/datasets", json={"dataset": "topics"})
        assert manifest.status_code == 201, manifest.text
        server.parameters["version"] = manifest.json()["version"]
        yield server
        runner.run(pool.close())


@pytest.mark.parametrize("name", NAMES)
def test_answers_conform(server: Server, name: str) -> None:
    server.check(name)


@pytest.mark.parametrize("name", NAMES)
def test_no_operation_answers_without_a_key(server: Server, name: str) -> None:
    server.check_key(name)


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("GET", f"/labels?after={2**63}", None, "after"),
        ("GET", f"/annotations?after={10**30}", None, "after"),
        ("GET", "/labels?include=vote", None, "include"),
        ("POST", "/reviews/j0", {"label": "x", "reviewer": "\x00"}, "reviewer"),
        (
            "POST",
            "/gold",
            {"items": [{"text": "a", "label": "x", "sample_id": "\x00"}]},
            "items[0].sample_id",
        ),
        ("POST", "/gold", {"items": [{"text": "\ud800", "label": "x"}]}, "items[0].text"),
        ("POST", "/datasets", {"dataset": "topics", "seed": 2**70}, "seed"),
        ("POST", "/datasets", {"dataset": "topics", "splits": {"a": 1e308, "b": 1e308}}, "splits"),
        ("PUT", "/rule", {"hysteresis": 0.95}, "body"),
        (
            "POST",
            "/guidelines",
            {"label_schema": {"classes": [{"name": "a"}, {"name": "a"}]}},
            "label_schema",
        ),
    ],
)
def test_what_cannot_be_stored_is_refused(
    server: Server, method: str, path: str, body: Any, field: str
) -> None:
    content = None if body is None else json.dumps(body)
    answer = server.send(method, NEWS + path, content=content, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["field"]) == (422, field), answer.text


def test_votes_come_with_labels_that_ask_for_them(server: Server) -> None:
    plain = server.send("GET", f"{NEWS}/labels").json()["labels"]
    voted = server.send("GET", f"{NEWS}/labels?include=votes").json()["labels"]
    assert plain
    assert all("votes" not in label for label in plain)
    assert all(label["votes"] for label in voted)
