"""A project used in every way that may show a secret: accepted and refused requests, and a vendor's."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from e2e.client import eventually
from e2e.own_stack.keyedkit import VENDOR_KEY, WEBHOOK_SECRET, WRONG_KEY, Keyed
from shoal.runtime.server import bind_address, serve_app, url_of


async def use_services(keyed: Keyed, keys: dict[str, str]) -> None:
    """Send what services accept and what they refuse, also after PostgreSQL has closed their connections."""
    requests: list[str] = []
    async with talkative_vendor(requests) as vendor:
        provider = {"kind": "generic", "base_url": vendor, "api_key": VENDOR_KEY, "default": True}
        provider["webhook_secret"] = WEBHOOK_SECRET
        path = "/v1/projects/news/providers/acme"
        answer = await keyed.ask("labeling-gateway", "PUT", path, keys["operator"], json=provider)
        assert answer.status_code == 200, answer.text
        campaign = {"name": "all", "strategy": {"kind": "random", "share": 1.0}, "budget": {"votes": 50}}
        path = "/v1/projects/news/campaigns"
        assert (await keyed.ask("sampler", "POST", path, keys["operator"], json=campaign)).status_code == 201
        await send_inferences(keyed, keys["producer"])
        await ask_wrongly(keyed, provider, keys)

        async def refused() -> bool:
            answer = await keyed.ask("labeling-gateway", "GET", "/v1/projects/news/queue", keys["operator"])
            return bool(requests) and "403" in answer.text

        await eventually(refused)
    await end_connections(keyed)
    await ask_wrongly(keyed, provider, keys)


@asynccontextmanager
async def talkative_vendor(requests: list[str]) -> AsyncIterator[str]:
    """A vendor that answers with what it was sent, the key included, and never with what was asked for."""
    app = FastAPI()

    @app.api_route("/{path:path}", methods=["GET", "POST", "PUT", "DELETE"])
    async def repeat(path: str, request: Request) -> Response:
        requests.append(path)
        text = f"key {request.headers.get('authorization')} is not valid here"
        return JSONResponse({"error": text, "detail": text}, 403, headers={"x-error": text})

    sock = bind_address("127.0.0.1", 0)
    async with serve_app(app, sock, graceful_timeout_s=1):
        yield url_of(sock)


async def send_inferences(keyed: Keyed, key: str) -> None:
    """Send five inferences that are accepted, and two lines that are not."""
    lines = [
        json.dumps({"project": "news", "source_id": str(n), "text": f"Wheat {n} fell."}) for n in range(5)
    ]
    body = "\n".join([*lines, '{"project": "news"}', "no json"])
    answer = await keyed.ask("ingest", "POST", "/v1/inferences", key, content=body)
    assert (answer.json()["accepted"], answer.json()["rejected"]) == (5, 2)


async def end_connections(keyed: Keyed) -> None:
    """End every connection of the services to PostgreSQL."""
    connection = await asyncpg.connect(keyed.stack.postgres_dsn)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    )
    await connection.close()


async def ask_wrongly(keyed: Keyed, provider: dict[str, Any], keys: dict[str, str]) -> None:
    """Send requests that fail in many ways, with secrets where they belong and where they do not."""
    providers = "/v1/projects/news/providers"
    for service, path in (
        ("ingest", "/v1/projects"),
        ("qa", "/v1/projects/news/labels"),
        ("sampler", "/v1/projects/news/campaigns"),
        ("labeling-gateway", providers),
    ):
        await keyed.ask(service, "GET", path, WRONG_KEY)
        await keyed.ask(service, "GET", path, keys["annotator"] + "x")
        await keyed.ask(service, "GET", path + "/absent", keys["producer"])
        await keyed.ask(service, "POST", path, content=b"{")
    for change in (
        {"base_url": f"https://user:{VENDOR_KEY}@vendor.example"},
        {"base_url": f"https://vendor.example/?key={VENDOR_KEY}"},
        {"base_url": f"https://vendor.example/#{VENDOR_KEY}"},
        {"api_key": [VENDOR_KEY]},
        {"api_key": VENDOR_KEY + "é\n"},
        {"webhook_secret": WEBHOOK_SECRET + "*"},
        {"webhook_secret": {"secret": WEBHOOK_SECRET}},
        {"price_per_vote": VENDOR_KEY},
        {"kind": 7},
    ):
        await keyed.ask(
            "labeling-gateway", "PUT", f"{providers}/other", keys["operator"], json={**provider, **change}
        )
    headers = {"webhook-id": "1", "webhook-timestamp": "1", "webhook-signature": f"v1,{WEBHOOK_SECRET}"}
    await keyed.ask(
        "labeling-gateway",
        "POST",
        "/v1/webhooks/acme?project=news",
        headers=headers,
        content=json.dumps({"annotations": []}),
    )
