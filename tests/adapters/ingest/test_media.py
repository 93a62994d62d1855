"""Images over a real socket, with PostgreSQL and a folder: stored, used, shown and removed."""

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
import ormsgpack
import pytest
import uvicorn
from PIL import Image

from publishingkit import FakePublisher
from shoal.clock import utc_now
from shoal.contracts.ids import sample_id
from shoal.media.addresses import sign_address
from shoal.media.fsspec_store import FsspecMedia
from shoal.media.store import data_sha256
from shoal.persistence import migrate, open_pool
from shoal.security.access import Access
from shoal_ingest.adapters.media import PostgresMedia
from shoal_ingest.main import SCHEMA, wire_service
from shoal_ingest.settings import IngestSettings
from shoal_ingest.usecases.media.remove import RemoveMedia

pytestmark = pytest.mark.servers
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


@pytest.fixture
async def ingest(postgres_dsn: str, tmp_path: Path) -> AsyncIterator[Ingest]:
    await migrate(postgres_dsn, schema=SCHEMA, package="shoal_ingest", outbox=True)
    pool = await open_pool(postgres_dsn, SCHEMA)
    settings = IngestSettings(
        postgres_dsn=postgres_dsn,
        media_uri=str(tmp_path),
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
        yield Ingest(http, publisher, pool, tmp_path)
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


async def test_an_image_is_stored_once_and_described(ingest: Ingest) -> None:
    data = picture(1)
    first, again = await ingest.upload(data), await ingest.upload(data)
    assert (first.status_code, again.status_code) == (201, 201)
    sha256 = data_sha256(data)
    facts = {"media_type": "image/png", "width": 40, "height": 30, "bytes": len(data)}
    assert first.json() == {"media": sha256, "uri": f"media:{sha256}", **facts, "new": True}
    assert again.json() == {**first.json(), "new": False}
    assert [file.read_bytes() for file in ingest.folder.rglob("original")] == [data]


@pytest.mark.parametrize(
    ("data", "detail"),
    [
        (b"<html><body>cat.png</body></html>", "a web page"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "an SVG drawing"),
        (picture(1)[:200], "damaged"),
        (picture(1, 2000, 600), "bytes, more than 200,000"),
        (b"", "an empty file"),
    ],
)
async def test_what_is_no_acceptable_image_is_refused_and_not_stored(
    ingest: Ingest, data: bytes, detail: str
) -> None:
    response = await ingest.upload(data)
    assert response.status_code in (413, 422)
    if response.status_code == 422:
        assert detail in response.json()["detail"]
        assert response.json()["field"] == "body"
    assert not list(ingest.folder.rglob("*"))


async def test_a_person_sees_a_re_encoded_picture_under_a_signed_address(ingest: Ingest) -> None:
    data = picture(2, 400, 100, "JPEG")
    sha256 = (await ingest.upload(data)).json()["media"]
    answer = (await ingest.http.get(f"/v1/projects/news/media/{sha256}")).json()
    for path, size in ((answer["url"], (400, 100)), (answer["thumbnail"], (320, 80))):
        for _ in range(2):
            response = await ingest.http.get(path)
            assert response.status_code == 200
            assert response.content != data
            assert Image.open(io.BytesIO(response.content)).size == size
            headers = response.headers
            assert headers["content-security-policy"] == "default-src 'none'; sandbox"
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["content-type"] == "image/jpeg"
            assert "immutable" in headers["cache-control"]
    small = await ingest.http.get(answer["url"], params={"size": 100})
    assert Image.open(io.BytesIO(small.content)).size == (160, 40)
    larger = await ingest.http.get(answer["thumbnail"], params={"size": 5000})
    assert Image.open(io.BytesIO(larger.content)).size == (320, 80)


async def test_only_a_signed_address_that_has_not_expired_opens_an_image(ingest: Ingest) -> None:
    sha256 = (await ingest.upload(picture(3))).json()["media"]
    now = utc_now()

    async def status(key: str, project: str = "news", hour: int = now.hour, sha: str = sha256) -> int:
        token = sign_address(key, project, sha, size=0, now=now.replace(hour=hour))
        return (await ingest.http.get(f"/v1/media/{token}")).status_code

    assert await status(KEY) == 200
    assert await status(OLD_KEY) == 200
    assert await status("x" * 40) == 404
    assert await status(KEY, project="sports") == 404  # equal bytes would be another file
    assert await status(KEY, sha="0" * 64) == 404
    old = sign_address(KEY, "news", sha256, size=0, now=now.replace(year=2020))
    assert (await ingest.http.get(f"/v1/media/{old}")).status_code == 403
    assert (await ingest.http.get("/v1/media/nonsense")).status_code == 404


async def test_projects_are_apart_even_with_equal_bytes(ingest: Ingest) -> None:
    data = picture(4)
    sha256 = (await ingest.upload(data)).json()["media"]
    assert (await ingest.http.get(f"/v1/projects/sports/media/{sha256}")).status_code == 404
    (result,) = await ingest.infer(
        {"project": "sports", "source_id": "1", "image": {"uri": f"media:{sha256}"}}
    )
    assert result["reason"] == "unknown_media"
    assert (await ingest.upload(data, "sports")).json()["new"] is True
    assert await ingest.remove() == 2
    assert not list(ingest.folder.rglob("original"))


async def test_images_of_inferences_become_media_and_a_bad_one_costs_itself_only(ingest: Ingest) -> None:
    data, other = picture(5), picture(6)
    uri = (await ingest.upload(other)).json()["uri"]
    results = await ingest.infer(
        {"source_id": "a", "image": inline(data)},
        {"source_id": "b", "image": {"base64": "aaaaa"}},
        {"source_id": "c", "image": inline(b"<html>")},
        {"source_id": "d", "image": {"uri": uri}},
        {"source_id": "e", "image": {"uri": "media:../../secret"}},
        {"source_id": "f", "text": "a text"},
        {"source_id": "a", "image": inline(other)},
        {"source_id": "g", "image": {"uri": uri, "base64": "aa"}},
    )
    assert [result.get("reason", "") for result in results] == [
        *("", "media_unreadable", "media_unreadable", "", "unknown_media", "", "other_content", "invalid")
    ]
    assert results[0]["sample_id"] == sample_id("news", "default", "a")
    contents = [ormsgpack.unpackb(message.value)["content"] for message in ingest.publisher.messages]
    assert [content["uri"] for content in contents] == [f"media:{data_sha256(data)}", uri, None]
    facts = {name: contents[0][name] for name in ("media_type", "width", "height", "bytes")}
    assert facts == {"media_type": "image/png", "width": 40, "height": 30, "bytes": len(data)}
    (again,) = await ingest.infer({"source_id": "a", "image": {"uri": f"media:{data_sha256(data)}"}})
    assert (again["status"], again["new"]) == ("accepted", False)  # inline or stored, it is one content


async def test_an_image_goes_with_the_last_sample_that_uses_it(ingest: Ingest) -> None:
    data = picture(7)
    await ingest.infer({"source_id": "1", "image": inline(data)}, {"source_id": "2", "image": inline(data)})
    await ingest.http.get(
        (await ingest.http.get(f"/v1/projects/news/media/{data_sha256(data)}")).json()["url"]
    )
    assert await ingest.remove() == 0
    for number, left in (("1", 1), ("2", 0)):
        path = f"/v1/projects/news/samples/{sample_id('news', 'default', number)}"
        assert (await ingest.http.delete(path)).status_code == 202
        await ingest.remove()
        assert len(list(ingest.folder.rglob("original"))) == left
    assert not [file for file in ingest.folder.rglob("*") if file.is_file()]  # no picture of it stays either
    (result,) = await ingest.infer({"source_id": "3", "image": {"uri": f"media:{data_sha256(data)}"}})
    assert result["reason"] == "unknown_media"


async def test_an_image_that_is_used_again_while_it_waits_stays(ingest: Ingest) -> None:
    data = picture(8)
    await ingest.infer({"source_id": "1", "image": inline(data)})
    await ingest.http.delete(f"/v1/projects/news/samples/{sample_id('news', 'default', '1')}")
    await ingest.infer({"source_id": "2", "image": {"uri": f"media:{data_sha256(data)}"}})
    assert await ingest.remove() == 0
    assert (await ingest.upload(data)).json()["new"] is False
    assert await ingest.remove() == 0


async def test_many_requests_of_one_image_leave_one_file_and_every_use(ingest: Ingest) -> None:
    data = picture(9)

    async def churn(number: int) -> None:
        while True:  # a removal without its five minutes may come between storing and using
            (result,) = await ingest.infer({"source_id": str(number), "image": inline(data)})
            if result["status"] == "accepted":
                break
            assert result["reason"] == "unknown_media"
        path = f"/v1/projects/news/samples/{sample_id('news', 'default', str(number))}"
        if number % 2:
            assert (await ingest.http.delete(path)).status_code == 202
        await ingest.remove()

    await asyncio.gather(*map(churn, range(12)))
    assert await ingest.remove() == 0
    uses = await ingest.pool.fetchval("SELECT count(*) FROM media_uses")
    assert uses == 6
    assert [file.read_bytes() for file in ingest.folder.rglob("original")] == [data]
