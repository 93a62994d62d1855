"""The trace of a sample, from its inference to its accepted label, at an OTLP collector."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from prometheus_client.openmetrics.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from databasekit import create_database, drop_database
from e2e.client import Client, eventually
from e2e.test_gold_and_review import waiting, work
from shoal.contracts.ids import sample_id
from shoal.runtime.server import bind_address, serve_app, url_of
from shoal_local.services import LocalShoal
from shoal_local.stack import Stack

pytestmark = [pytest.mark.servers, pytest.mark.timeout(900)]
PROJECT = "traced"
CALLER = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"


@dataclass
class Collector:
    """Keeps (service, span) of everything that it gets."""

    spans: list[tuple[str, Any]] = field(default_factory=list)

    async def take(self, request: Request) -> Response:
        """Answer as an OTLP collector."""
        body = await request.body()
        if request.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        for part in ExportTraceServiceRequest.FromString(body).resource_spans:
            facts = {entry.key: entry.value.string_value for entry in part.resource.attributes}
            self.spans += [
                (facts["service.name"], span) for scope in part.scope_spans for span in scope.spans
            ]
        return Response(status_code=200)


@asynccontextmanager
async def collecting() -> AsyncIterator[tuple[Collector, str]]:
    """Yield a collector and its address."""
    collector, sock = Collector(), bind_address("127.0.0.1", 0)
    app = Starlette(routes=[Route("/v1/traces", collector.take, methods=["POST"])])
    async with serve_app(app, sock, graceful_timeout_s=1):
        yield collector, url_of(sock) + "/v1/traces"


async def label_one(client: Client) -> None:
    """Send one inference with the caller's trace, and label its sample."""
    await client.project(PROJECT, ["even", "odd"])
    rule = {"model": "majority", "min_votes": 1, "accept_probability": 0.5}
    await client.done("qa", "PUT", f"/v1/projects/{PROJECT}/rule", json=rule)
    strategy = {"kind": "random", "share": 1.0}
    labeling = {"votes": 1, "max_votes": 1}
    await client.campaign(PROJECT, name="all", strategy=strategy, budget={"votes": 3}, labeling=labeling)
    item = {"project": PROJECT, "source": "wire", "source_id": "1", "text": "Wheat rose."}
    await client.done("ingest", "POST", "/v1/inferences", json=item, headers={"traceparent": CALLER})
    await waiting(client, PROJECT, 1)
    assert await work(client, PROJECT, "ann", {"Wheat rose.": "odd"}) == 1

    async def is_labelled() -> bool:
        return len(await client.labels(PROJECT)) == 1

    await eventually(is_labelled)


async def exemplars(url: str) -> list[Any]:
    """Return the exemplars of a service's stages."""
    accept = {"accept": "application/openmetrics-text; version=1.0.0"}
    async with httpx.AsyncClient(timeout=10) as http:
        text = (await http.get(f"{url}/metrics", headers=accept)).text
    families = {family.name: family for family in text_string_to_metric_families(text)}
    samples = families["shoal_sample_stage_seconds"].samples
    return [sample.exemplar for sample in samples if sample.exemplar]


async def test_a_sample_is_traced_to_its_label() -> None:
    async with collecting() as (collector, url), httpx.AsyncClient(timeout=30) as http:
        with Stack() as stack:
            dsn = await create_database(stack.postgres_dsn)
            settings = {
                "SHOAL_POSTGRES_DSN": dsn,
                "SHOAL_AUDIT_RATE": "0",
                "SHOAL_FIRST_CAMPAIGN_WAIT_S": "0",
            }
            settings |= {"SHOAL_TRACES_URL": url, "SHOAL_TRACES_RATIO": "1"}
            shoal = LocalShoal(stack, environment=settings)
            await asyncio.to_thread(shoal.start)
            try:
                await label_one(Client(shoal, http))
                addresses = {name: shoal.admin_urls[name] for name in TRACED}
                found = {
                    name: await eventually(lambda address=address: exemplars(address))  # type: ignore[misc]
                    for name, address in addresses.items()
                }
            finally:
                await asyncio.to_thread(shoal.stop)  # a service exports what is left when it stops
            await drop_database(stack.postgres_dsn, dsn)
    trace = sample_id(PROJECT, "wire", "1").replace("-", "")
    spans = {span.name: (service, span) for service, span in collector.spans if span.trace_id.hex() == trace}
    assert {name: service for name, (service, _) in spans.items()} == {
        "ingest sample": "ingest",
        "embed sample": "embedder",
        "decide on sample": "sampler",
        "annotate sample": "labeling-gateway",
        "accept label": "qa",
    }
    ids = {name: span.span_id for name, (_, span) in spans.items()}
    parents = {name: span.parent_span_id for name, (_, span) in spans.items()}
    assert parents["ingest sample"] == b""
    assert parents["embed sample"] == ids["ingest sample"]
    assert parents["decide on sample"] == ids["embed sample"]
    assert parents["annotate sample"] == parents["accept label"] == ids["decide on sample"]
    (link,) = spans["ingest sample"][1].links
    assert (link.trace_id.hex(), link.span_id.hex()) == ("a" * 32, "b" * 16)
    assert all(span.start_time_unix_nano <= span.end_time_unix_nano for _, span in spans.values())
    for name, marks in found.items():
        assert {mark.labels["trace_id"] for mark in marks} == {trace}, name


TRACED = ("embedder", "sampler", "qa")
"""The services that observe a stage of a sample."""
