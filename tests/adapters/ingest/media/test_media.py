"""Images over a real socket, with PostgreSQL and a folder: stored, described, and apart by project."""

import asyncio
import io
import json

import ormsgpack
import pytest
from PIL import Image
from typer.testing import CliRunner

from adapters.ingest.media.mediakit import Ingest, inline, picture
from shoal.contracts.ids import sample_id
from shoal.media.store import data_sha256
from shoal_ingest.cli.service import app

pytestmark = pytest.mark.servers


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


async def test_images_with_boxes_are_cropped_once_the_project_says_so(ingest: Ingest) -> None:
    uri = (await ingest.upload(picture(8))).json()["uri"]
    box = {"label": "crab", "left": 0.1, "top": 0.2, "right": 0.4, "bottom": 0.5}
    item = {"image": {"uri": uri}, "prediction": {"model": "reef", "boxes": [box]}}
    await ingest.infer({"source_id": "1", **item})
    settings = {"project": "news", "cropping": {"most": 5}}
    changed = (await ingest.http.post("/v1/projects", json=settings)).json()
    assert changed["cropping"] == {"most": 5, "smallest": 32, "padding": 0.1}
    await ingest.infer({"source_id": "1", **item}, {"source_id": "2", **item})
    await ingest.http.post("/v1/projects", json={"project": "news", "title": "News"})  # keeps the setting
    await ingest.infer({"source_id": "3", **item})
    await ingest.http.post("/v1/projects", json={"project": "news", "cropping": None})
    await ingest.infer({"source_id": "4", **item})
    sent = [
        (message.topic, ormsgpack.unpackb(message.value)["source_id"])
        for message in ingest.publisher.messages
    ]
    boxed, ingested = "samples.boxed", "samples.ingested"
    assert sent == [(ingested, "1"), (boxed, "1"), (boxed, "2"), (boxed, "3"), (ingested, "4")]
    listed = (await ingest.http.get("/v1/projects")).json()["projects"]
    assert {project["project"]: project["cropping"] for project in listed} == {"news": None, "sports": None}


async def test_a_folder_of_images_is_sent_and_sent_again(
    ingest: Ingest, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("photos")
    (folder / "deep").mkdir()
    for number, name in enumerate(("1.png", "2.png", "deep/3.png")):
        (folder / name).write_bytes(picture(40 + number))
    (folder / "torn.png").write_bytes(picture(44)[:200])
    table = folder / "labels.csv"
    table.write_text("file,label,score\n1.png,crab,0.75\ndeep/3.png,kelp,\ngone.png,crab,0.1\n")
    options = ["--predictions", str(table), "--model", "reef-7", "--format", "json"]
    command = ["images", str(folder), "--project", "news", "--url", str(ingest.http.base_url), *options]
    counts = []
    for _ in range(2):
        result = await asyncio.to_thread(CliRunner().invoke, app, command)
        assert result.exit_code == 1
        assert "torn.png: the image is not accepted: damaged" in result.stderr
        assert "names files that the folder does not have: gone.png" in result.stderr
        counts.append({name: json.loads(result.stdout)[name] for name in ("accepted", "repeated", "refused")})
    assert counts == [
        {"accepted": 3, "repeated": 0, "refused": 1},
        {"accepted": 0, "repeated": 3, "refused": 1},
    ]
    events = [ormsgpack.unpackb(message.value) for message in ingest.publisher.messages[:3]]
    assert [event["source_id"] for event in events] == ["1.png", "2.png", "deep/3.png"]
    assert [event["content"]["uri"] for event in events] == [
        f"media:{data_sha256(picture(40 + number))}" for number in range(3)
    ]
    assert events[0]["prediction"]["scores"] == {"crab": 0.75}
    assert events[1]["prediction"] is None
    unknown = [*command[:3], "nowhere", *command[4:]]
    result = await asyncio.to_thread(CliRunner().invoke, app, unknown)
    assert result.exit_code == 1
    assert "nowhere" in result.stderr


async def test_a_sample_says_what_its_image_looks_like(ingest: Ingest) -> None:
    drawing = Image.effect_mandelbrot((320, 240), (-2, -1.2, 1, 1.2), 60)
    images = []
    for size, form in (((320, 240), "PNG"), ((160, 120), "JPEG")):
        file = io.BytesIO()
        drawing.resize(size).save(file, form)
        images.append(file.getvalue())
    hashes = []
    for source_id, image in zip("ab", images, strict=True):
        uri = (await ingest.upload(image)).json()["uri"]
        await ingest.infer({"source_id": source_id, "image": {"uri": uri}})
        content = ormsgpack.unpackb(ingest.publisher.messages[-1].value)["content"]
        hashes.append(int(content["perceptual_hash"], 16))
    assert (hashes[0] ^ hashes[1]).bit_count() <= 12
    await ingest.pool.execute("UPDATE media SET perceptual_hash = NULL")  # as an earlier release left it
    await ingest.upload(images[0])
    stored = await ingest.pool.fetch("SELECT perceptual_hash FROM media WHERE perceptual_hash IS NOT NULL")
    assert [int(row[0], 16) for row in stored] == hashes[:1]
