"""What the loop of texts leaves out: an image, a wrong label, repeated lines, a message that is too large."""

import asyncio
import base64
import io
import json
import time
from collections.abc import Iterable
from urllib.parse import urlsplit

import asyncpg
import httpx
from PIL import Image

from e2e.client import Client
from shoal.observability.repetition import LINES
from shoal.security import sign_webhook
from vendorkit import annotation

OUTBOXES = ("ingest", "sampler", "gateway", "qa")
TOO_LARGE = (
    "INSERT INTO {}.outbox (topic, key, value, header_names, headers) VALUES ($1, $2, $3, '{{}}', '{{}}')"
)


async def send_wrong_label(client: Client, project: str, secret: str) -> None:
    """Send a webhook of the provider `crowd` with a label that the guideline does not have."""
    label = (await client.labels(project))[0]
    path = f"/v1/projects/{project}/jobs/{label['job_id']}/tasks"
    task = (await client.done("labeling-gateway", "GET", path))["tasks"][0]["external_id"]
    body = json.dumps({"type": "annotations", "data": {"annotations": [annotation(task, "zoe", "zebra")]}})
    now = int(time.time())
    headers = {
        "content-type": "application/json",
        "webhook-id": "counted-zebra",
        "webhook-timestamp": str(now),
        "webhook-signature": sign_webhook(secret, "counted-zebra", now, body.encode()),
    }
    path = f"/v1/webhooks/crowd?project={project}"
    refused = await client.ask("labeling-gateway", "POST", path, content=body, headers=headers)
    assert refused.is_client_error, refused.text


async def send_broken_requests(urls: Iterable[str]) -> None:
    """Send what is no HTTP to every service: uvicorn logs a line about each, of which the log keeps few."""
    for url in urls:
        for _ in range(2 * LINES):
            reader, writer = await asyncio.open_connection(urlsplit(url).hostname, urlsplit(url).port)
            writer.write(b"this is no HTTP\r\n\r\n")
            await writer.drain()
            assert b" 400 " in await reader.read()
            writer.close()
            await writer.wait_closed()


async def add_large_messages(dsn: str) -> None:
    """Add a message of several MiB to every outbox."""
    conn = await asyncpg.connect(dsn)
    for schema in OUTBOXES:
        await conn.execute(TOO_LARGE.format(schema), "labels.accepted", b"counted-large", bytes(8 << 20))
        await conn.execute(f"SELECT pg_notify('{schema}_outbox', '')")
    await conn.close()


async def remove_large_messages(dsn: str) -> None:
    """Remove what the outboxes have set aside."""
    conn = await asyncpg.connect(dsn)
    for schema in OUTBOXES:
        assert await conn.execute(f"DELETE FROM {schema}.outbox WHERE refused IS NOT NULL") == "DELETE 1"
    await conn.close()


async def crop_image(client: Client, project: str) -> None:
    """Send an image with a box to a project that makes crops."""
    image = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(image, "PNG")
    settings = {"project": project, "cropping": {"smallest": 1}}
    await client.done("ingest", "POST", "/v1/projects", json=settings)
    box = {"label": "fish", "left": 0.1, "top": 0.1, "right": 0.9, "bottom": 0.9}
    item = {"project": project, "source_id": "1", "prediction": {"model": "reef", "boxes": [box]}}
    await client.send([{**item, "image": {"base64": base64.b64encode(image.getvalue()).decode()}}])


async def await_image(client: Client, project: str, port: int) -> None:
    """Send an image at an address where nothing listens: its sample waits for it."""
    await client.send(
        [{"project": project, "source_id": "2", "image": {"uri": f"http://127.0.0.1:{port}/2.png"}}]
    )


async def show_image(client: Client, http: httpx.AsyncClient, project: str) -> None:
    """Store an image and read the picture that people would see."""
    image = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(image, "PNG")
    path = f"/v1/projects/{project}/media"
    stored = await client.done("ingest", "POST", path, content=image.getvalue())
    found = await client.done("ingest", "GET", f"{path}/{stored['media']}")
    picture = await http.get(found["url"])
    assert picture.is_success, picture.text
