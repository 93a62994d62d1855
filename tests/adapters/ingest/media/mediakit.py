"""A running ingest with PostgreSQL and a folder of images."""

import asyncio
import base64
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import uvicorn
from PIL import Image

from publishingkit import FakePublisher
from shoal.clock import utc_now
from shoal.media.fsspec_store import FsspecMedia
from shoal.persistence import open_pool
from shoal.security.access import Access
from shoal_ingest.adapters.media import PostgresMedia
from shoal_ingest.main import SCHEMA, wire_service
from shoal_ingest.settings import IngestSettings
from shoal_ingest.usecases.media.remove import RemoveMedia

KEY, OLD_KEY = "k" * 40, "o" * 40
VECTOR = {"name": "mine", "vector": [1.0, 0.5]}


@dataclass
class Ingest:
    """A running ingest, what it published, its tables, and its folder of images."""

    http: httpx.AsyncClient
    publisher: FakePublisher
    pool: Any
    folder: Path

    async def infer(self, *items: dict[str, Any]) -> list[dict[str, Any]]:
        """Send inferences to the project news; return the results."""
        lines = [json.dumps({"project": "news", "embedding": VECTOR, **item}) for item in items]
        response = await self.http.post("/v1/inferences", content="\n".join(lines))
        return list(response.json()["results"])

    async def upload(self, data: bytes, project: str = "news") -> httpx.Response:
        return await self.http.post(f"/v1/projects/{project}/media", content=data)

    async def remove(self) -> int:
        """Let the time of unused images pass, and remove them."""
        await self.pool.execute("UPDATE media SET remove_after = now() WHERE remove_after IS NOT NULL")
        step = RemoveMedia(PostgresMedia(self.pool), FsspecMedia(str(self.folder)), utc_now)
        count = 0
        while await step():
            count += 1
        return count


@asynccontextmanager
async def open_ingest(dsn: str, folder: Path) -> AsyncIterator[Ingest]:
    pool = await open_pool(dsn, SCHEMA)
    settings = IngestSettings(
        postgres_dsn=dsn,
        media_uri=str(folder),
        media_key=KEY,
        media_key_before=OLD_KEY,
        media_max_bytes=200_000,
        media_max_pixels=1_000_000,
    )
    publisher = FakePublisher()
    service = wire_service(settings, publisher, pool)
    assert service.app is not None
    service.app.state.access = Access(service.directory, None)
    async with _serving(service.app) as url, httpx.AsyncClient(base_url=url, timeout=60) as http:
        for project in ("news", "sports"):
            assert (await http.post("/v1/projects", json={"project": project})).status_code == 201
        yield Ingest(http, publisher, pool, folder)
    await pool.close()


@asynccontextmanager
async def _serving(app: Any) -> AsyncIterator[str]:
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="off"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await task


def picture(seed: int, width: int = 40, height: int = 30, kind: str = "PNG") -> bytes:
    values = np.random.default_rng(seed).integers(0, 255, (height, width, 3), np.uint8)
    file = io.BytesIO()
    Image.fromarray(values).save(file, kind)
    return file.getvalue()


def inline(data: bytes) -> dict[str, str]:
    return {"base64": base64.b64encode(data).decode()}
