"""The labeling gateway answers as its OpenAPI document says, whatever it is sent."""

import json
from collections.abc import Iterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import pytest

from adapters.gateway.gatewaykit import job
from adapters.http.conformance import Server, migrated, names_of
from publishingkit import FakePublisher, received
from shoal.contracts.label_schemas import LabelClass, SingleChoiceSchema
from shoal.contracts.labels import GuidelineRef
from shoal.contracts.projects import ProjectChanged
from shoal.contracts.quality import GuidelinePublished
from shoal.persistence import open_pool
from shoal.security import sign_webhook
from shoal_gateway.http.app import make_app
from shoal_gateway.main import SCHEMA, wire_service
from shoal_gateway.settings import GatewaySettings
from shoal_local.stack import Stack

pytestmark = pytest.mark.servers
NAMES = names_of(make_app(None))  # type: ignore[arg-type]
MOMENT = datetime(2026, 1, 1, tzinfo=UTC)
GUIDELINE = GuidelinePublished(
    project="news",
    guideline=GuidelineRef(major=1, minor=0),
    label_schema=SingleChoiceSchema(classes=(LabelClass(name="x"), LabelClass(name="y"))),
    published_at=MOMENT,
)
PROVIDERS = "/v1/projects/news/providers"
SECRET = "a secret of the vendor, long enough"
JSON = {"content-type": "application/json"}


def annotation(**changes: Any) -> dict[str, Any]:
    return {
        "external_id": "none",
        "annotation_id": "a-1",
        "revision": 1,
        "action": "submitted",
        "annotator": "ann",
        "answer": {"label": "x"},
        "submitted_at": "2026-01-31T12:00:00Z",
        **changes,
    }


@pytest.fixture(scope="module")
def server(stack: Stack) -> Iterator[Server]:
    with migrated(stack, SCHEMA, "shoal_gateway") as (runner, dsn):
        pool, lookups = runner.run(open_pool(dsn, SCHEMA)), runner.run(open_pool(dsn, SCHEMA))
        closing = AsyncExitStack()
        settings = GatewaySettings(postgres_dsn=dsn, vendor_networks="127.0.0.0/8")
        service = wire_service(settings, FakePublisher(), pool=pool, lookups=lookups, closing=closing)
        assert service.directory is not None
        service.directory.put(ProjectChanged(project="news", changed_at=MOMENT))
        service.broadcasts[0].apply(received(GUIDELINE, "guidelines.published"))
        jobs = [
            received(job(n, provider="inhouse", votes=9, max_votes=99), "labeling.jobs") for n in range(3)
        ]
        runner.run(service.consumers[0].handle(jobs))
        lanes = service.loops[0].step
        runner.run(lanes())
        runner.run(lanes.settle())  # type: ignore[attr-defined]
        task = runner.run(pool.fetchval("SELECT external_id FROM tasks WHERE job_id = 'j0'"))
        server = Server(service, runner, {"project": "news", "name": "acme", "task": task, "job": "j0"})
        body = {"base_url": "http://127.0.0.1:9/api", "webhook_secret": SECRET}
        assert server.send("PUT", f"{PROVIDERS}/acme", json=body).status_code == 200
        yield server
        runner.run(closing.aclose())
        runner.run(lookups.close())
        runner.run(pool.close())


@pytest.mark.parametrize("name", NAMES)
def test_answers_conform(server: Server, name: str) -> None:
    server.check(name)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "receive_webhook"])
def test_no_operation_answers_without_a_key(server: Server, name: str) -> None:
    server.check_key(name)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"base_url": "http://vendor.example", "webhook_secret": "whsec_?"}, "webhook_secret"),
        ({"base_url": "http://vendor.example", "api_key": "\x00"}, "api_key"),
        ({"base_url": "not an address"}, "base_url"),
        ({"kind": "inhouse"}, "kind"),
        ({}, "base_url"),
    ],
)
def test_a_provider_that_cannot_work_is_refused(server: Server, body: dict[str, Any], field: str) -> None:
    answer = server.send("PUT", f"{PROVIDERS}/other", json=body)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        ({"data": {"annotations": [{}]}}, {}, 400),
        ({"data": {"annotations": []}}, {}, 400),
        ({"data": []}, {}, 400),
        ([], {}, 400),
        ({"data": {"annotations": [{}]}}, {"webhook-timestamp": "9" * 5000}, 401),
        ({"data": {"annotations": [{}]}}, {"webhook-timestamp": "1"}, 401),
        ({"data": {"annotations": [{}]}}, {"webhook-signature": "v1,"}, 401),
        ({"data": {"annotations": [annotation(submitted_at="0001-01-01T00:00:00+14:00")]}}, {}, 400),
        ({"data": {"annotations": [annotation(annotator="\x00")]}}, {}, 400),
        ({"data": {"annotations": [annotation(external_id="none")]}}, {}, 404),
    ],
)
def test_a_webhook_that_cannot_be_believed_or_read(
    server: Server, body: Any, headers: dict[str, str], status: int
) -> None:
    raw = json.dumps(body).encode()
    now = int(datetime.now(UTC).timestamp())
    signed = {
        "webhook-id": "m1",
        "webhook-timestamp": str(now),
        "webhook-signature": sign_webhook(SECRET, "m1", now, raw),
    }
    path = "/v1/webhooks/acme?project=news"
    answer = server.send("POST", path, content=raw, headers={**JSON, **signed, **headers})
    assert answer.status_code == status, answer.text
    assert answer.json()["fix"]
