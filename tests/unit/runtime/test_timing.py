"""Metrics of requests: routes are patterns, and nothing that a client makes up becomes a label."""

import httpx
from fastapi import FastAPI
from prometheus_client import REGISTRY

from shoal.runtime.timing import Timing

SERVICE = "timed"


def timed_app() -> Timing:
    app = FastAPI()

    @app.get("/v1/samples/{sample}")
    async def show(sample: str) -> str:
        return sample

    return Timing(app, SERVICE)


def labels() -> set[tuple[str, str, str]]:
    """Return method, route and status of every series of the service."""
    return {
        (sample.labels["method"], sample.labels["route"], sample.labels["status"])
        for family in REGISTRY.collect()
        for sample in family.samples
        if sample.name == "shoal_http_request_seconds_count" and sample.labels["service"] == SERVICE
    }


async def test_labels_of_requests_are_few_whatever_clients_send() -> None:
    transport = httpx.ASGITransport(timed_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        for number in range(30):
            await client.get(f"/v1/samples/{number}")
            await client.get(f"/v1/other/{number}")
            await client.request(f"METHOD{number}", "/v1/samples/1")
    assert labels() == {
        ("GET", "/v1/samples/{sample}", "200"),
        ("GET", "(unknown)", "404"),
        ("(other)", "/v1/samples/{sample}", "405"),
    }
