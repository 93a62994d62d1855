"""The door for KServe's logger: exactly 200, or a problem that names the attribute and the fix."""

import base64
import gzip
import json
from collections.abc import Iterator
from typing import Any

import httpx
import ormsgpack
import pytest

from adapters.http.conformance import Server, migrated
from publishingkit import FakePublisher
from shoal.persistence import open_pool
from shoal_ingest.main import SCHEMA, wire_service
from shoal_ingest.settings import IngestSettings
from shoal_local.stack import Stack

pytestmark = pytest.mark.servers
PATH = "/v1/kserve/news"
BODY = b'{"instances": ["The refund has not come"]}'
HEADERS = {
    "ce-specversion": "1.0",
    "ce-id": "8e1f",
    "ce-type": "org.kubeflow.serving.inference.request",
    "ce-source": "http://localhost:9081/",
    "ce-inferenceservicename": "topics",
    "content-type": "application/json",
}
EVENT = {
    "specversion": "1.0",
    "id": "8e1f",
    "type": "org.kubeflow.serving.inference.request",
    "source": "http://localhost:9081/",
    "inferenceservicename": "topics",
    "data": {"instances": ["The refund has not come"]},
}
STRUCTURED = {"content-type": "application/cloudevents+json; charset=utf-8"}
PUBLISHER = FakePublisher()


@pytest.fixture(scope="module")
def server(stack: Stack) -> Iterator[Server]:
    with migrated(stack, SCHEMA, "shoal_ingest") as (runner, dsn):
        pool = runner.run(open_pool(dsn, SCHEMA))
        service = wire_service(IngestSettings(postgres_dsn=dsn), PUBLISHER, pool)
        server = Server(service, runner, {"project": "news"})
        assert server.send("POST", "/v1/projects", json={"project": "news"}).status_code == 201
        yield server
        runner.run(pool.close())


def sent_half(response: httpx.Response) -> dict[str, Any]:
    """Return the half that was published for a request that was answered with 200."""
    assert (response.status_code, response.content) == (200, b""), response.text
    half: dict[str, Any] = ormsgpack.unpackb(PUBLISHER.messages[-1].value)
    return half


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ce-id": None}, "ce-id"),
        ({"ce-id": ""}, "ce-id"),
        ({"ce-id": "x" * 201}, "ce-id"),
        ({"ce-id": b"a\x85b"}, "ce-id"),
        ({"ce-type": "io.seldon.serving.inference.request"}, "ce-type"),
        ({"ce-type": None}, "ce-type"),
        ({"ce-inferenceservicename": None, "ce-source": None}, "ce-source"),
        ({"ce-inferenceservicename": None, "ce-source": "x" * 501}, "ce-source"),
        ({"ce-inferenceservicename": "x" * 201}, "ce-inferenceservicename"),
        ({"ce-endpoint": "x" * 201}, "ce-endpoint"),
        ({"ce-time": "yesterday"}, "ce-time"),
        ({"ce-time": "0001-01-01T00:00:00+14:00"}, "ce-time"),
        ({"ce-time": "9999-12-31T23:59:59-14:00"}, "ce-time"),
        ({"ce-time": "99999-01-01T00:00:00Z"}, "ce-time"),
        ({"ce-time": "1768435200"}, "ce-time"),
        ({"inference-header-content-length": "99999"}, "inference-header-content-length"),
        ({"inference-header-content-length": "-1"}, "inference-header-content-length"),
    ],
)
def test_bad_attributes_are_refused_at_the_door(server: Server, change: dict[str, Any], field: str) -> None:
    headers = {name: value for name, value in {**HEADERS, **change}.items() if value is not None}
    response = server.send("POST", PATH, content=BODY, headers=headers)
    assert response.status_code == 400, response.text
    assert response.json()["field"] == field
    assert response.json()["fix"]


def test_an_empty_body_and_a_batch_are_refused_at_the_door(server: Server) -> None:
    response = server.send("POST", PATH, content=b"", headers=HEADERS)
    assert (response.status_code, response.json()["field"]) == (400, "body")
    batch = {"content-type": "application/cloudevents-batch+json"}
    response = server.send("POST", PATH, content=json.dumps([EVENT]), headers=batch)
    assert (response.status_code, response.json()["field"]) == (415, "content-type")
    assert "binary mode" in response.json()["fix"]


@pytest.mark.parametrize(
    "time", ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.123456789Z", "2026-01-31T12:00:00+02:00"]
)
def test_times_as_go_writes_them_are_read(server: Server, time: str) -> None:
    half = sent_half(server.send("POST", PATH, content=BODY, headers={**HEADERS, "ce-time": time}))
    assert half["occurred_at"].startswith("2026-01-31T1")


@pytest.mark.parametrize(
    "payload", [BODY, gzip.compress(BODY), b'{"inputs": []}\x05\x00\x00\x00', b"no JSON", b'{"error": "x"}']
)
def test_a_payload_is_answered_with_200_and_passed_on_unchanged(server: Server, payload: bytes) -> None:
    half = sent_half(server.send("POST", PATH, content=payload, headers=HEADERS))
    assert (half["payload"], half["correlation_id"], half["half"]) == (payload, "8e1f", "request")


@pytest.mark.parametrize(
    "event",
    [
        EVENT,
        {**EVENT, "datacontenttype": "application/json", "time": "2026-01-31T12:00:00Z"},
        {**EVENT, "data": json.dumps(EVENT["data"])},
        {**EVENT, "data": None, "data_base64": base64.b64encode(BODY).decode()},
    ],
)
def test_structured_events_are_read(server: Server, event: dict[str, Any]) -> None:
    half = sent_half(server.send("POST", PATH, content=json.dumps(event), headers=STRUCTURED))
    assert json.loads(half["payload"]) == EVENT["data"]
    assert (half["correlation_id"], half["source"], half["half"]) == ("8e1f", "topics", "request")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b"[]", "body"),
        (b"{", "body"),
        (b"[" * 5000, "body"),
        (json.dumps({**EVENT, "id": None}), "ce-id"),
        (json.dumps({**EVENT, "id": ["8e1f"]}), "ce-id"),
        (json.dumps({**EVENT, "id": "a\x00b"}), "ce-id"),
        (json.dumps({**EVENT, "id": "x" * 201}), "ce-id"),
        (json.dumps({**EVENT, "type": "x"}), "ce-type"),
        (json.dumps({**EVENT, "time": "x"}), "ce-time"),
        (json.dumps({**EVENT, "data": None}), "data"),
        (json.dumps({**EVENT, "data": None, "data_base64": "_"}), "data_base64"),
        (json.dumps(EVENT).encode().replace(b'"The', b'"\\ud800'), "body"),
        (json.dumps(EVENT).replace('["The refund has not come"]', "[" * 400 + "]" * 400), "data"),
    ],
)
def test_bad_structured_events_are_refused_at_the_door(server: Server, body: Any, field: str) -> None:
    response = server.send("POST", PATH, content=body, headers=STRUCTURED)
    assert response.status_code == 400, response.text
    assert response.json()["field"] == field
    assert response.json()["fix"]
