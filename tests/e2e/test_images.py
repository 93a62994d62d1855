"""The way of an image: inference, vector, choice, task with a signed picture, people's boxes, dataset row."""

import base64
import io
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image, ImageDraw

from e2e.client import Client, eventually
from e2e.conftest import Running

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(900)]

WIDTH, HEIGHT = 480, 360
SCHEMA = {"kind": "boxes", "classes": [{"name": "fish", "attributes": ["occluded"]}, {"name": "rock"}]}
PEOPLE = ("ann", "bob")
FISH, ROCKS = range(6), range(6, 14)
EXAMPLES = ("fish/100", "fish/101")
MOST = 0.012  # how far a person's box is from the right one


def place_of(number: int) -> dict[str, float]:
    """Return where the object of a picture is, in shares of its size."""
    left, top = 0.1 + 0.035 * (number % 12), 0.2 + 0.03 * (number % 7)
    return {"left": left, "top": top, "right": left + 0.3, "bottom": top + 0.25}


def picture_of(number: int, *, is_fish: bool) -> bytes:
    """Return a JPEG: an orange fish in blue water, or grey stones on sand."""
    image = Image.new("RGB", (WIDTH, HEIGHT), (20, 70 + number, 130) if is_fish else (200, 180, 120 + number))
    drawing, place = ImageDraw.Draw(image), place_of(number)
    x0, x1 = place["left"] * WIDTH, place["right"] * WIDTH
    y0, y1 = place["top"] * HEIGHT, place["bottom"] * HEIGHT
    if is_fish:
        drawing.ellipse([x0, y0, x1 - 30, y1], fill=(250, 140, 30))
        drawing.polygon([(x1 - 45, (y0 + y1) / 2), (x1, y0), (x1, y1)], fill=(250, 140, 30))
    else:
        for step in range(5):
            drawing.rectangle([x0 + 25 * step, y0 + 9 * step, x0 + 25 * step + 40, y1], fill=(90, 90, 95))
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=90)
    return stream.getvalue()


def box_of(number: int, label: str) -> dict[str, Any]:
    """Return the box of a picture's object, as an answer has it."""
    return {"label": label, **place_of(number)}


async def item(client: Client, number: int, *, is_fish: bool) -> dict[str, Any]:
    """Return an inference about a picture: every other one is uploaded first, the others travel inside."""
    picture, label = picture_of(number, is_fish=is_fish), "fish" if is_fish else "rock"
    if number % 2:
        stored = await client.done("ingest", "POST", "/v1/projects/reef/media", content=picture)
        image = {"uri": stored["uri"]}
    else:
        image = {"base64": base64.b64encode(picture).decode()}
    boxes = [{**box_of(number, label), "score": 0.9}]
    return {
        "project": "reef",
        "source": label,
        "source_id": str(number),
        "image": image,
        "prediction": {"model": "detector", "version": "1", "boxes": boxes},
    }


async def prepare(client: Client) -> None:
    """Create the project, and a campaign for samples that look like two examples."""
    await client.done("ingest", "POST", "/v1/projects", json={"project": "reef"})
    guideline = {"title": "Animals", "label_schema": SCHEMA, "prelabels": "shown"}
    await client.done("qa", "POST", "/v1/projects/reef/guidelines", json=guideline)
    rule = {"min_votes": 2, "max_votes": 2, "accept_probability": 0.5, "exhausted": "close"}
    await client.done("qa", "PUT", "/v1/projects/reef/rule", json=rule)
    await client.done("sampler", "PUT", "/v1/projects/reef/audit", json={"rate": 0})
    await client.send([await item(client, number, is_fish=True) for number in (100, 101)])
    await eventually(lambda: decided(client, 2))
    strategy = {"kind": "more_like_these", "examples": EXAMPLES, "threshold": 0.55, "duplicate_similarity": 2}
    labeling = {"votes": 2, "max_votes": 2}
    await client.campaign("reef", name="fish", strategy=strategy, budget={"votes": 40}, labeling=labeling)


async def decided(client: Client, count: int) -> bool:
    """Return whether the sampler has decided on so many samples."""
    found = await client.done("sampler", "GET", "/v1/projects/reef/campaigns")
    return bool(found["samples_decided"] == count)


async def next_task(client: Client, annotator: str) -> dict[str, Any] | None:
    """Return the task that the page would show."""
    path = "/v1/projects/reef/queue/next"
    task: dict[str, Any] | None = await client.done(
        "labeling-gateway", "GET", path, params={"annotator": annotator}
    )
    return task


async def look_at(http: httpx.AsyncClient, task: dict[str, Any]) -> None:
    """Load the picture and its thumbnail from their signed addresses, without any key."""
    media = task["content"]["media"]
    assert (media["width"], media["height"]) == (WIDTH, HEIGHT)
    for address, size in ((media["url"], (WIDTH, HEIGHT)), (media["thumbnail"], (320, 240))):
        answer = await http.get(address)
        assert answer.status_code == 200
        assert answer.headers["content-type"] in ("image/jpeg", "image/png")
        assert Image.open(io.BytesIO(answer.content)).size == size


async def label_all(client: Client, http: httpx.AsyncClient) -> int:
    """Let everyone draw boxes near the model's, each a bit differently; return the number of answers."""
    answers = 0
    for person, shift in zip(PEOPLE, (MOST, -MOST), strict=True):
        while task := await next_task(client, person):
            await look_at(http, task)
            assert task["prediction"]["kind"] == "boxes"
            [guess] = task["prediction"]["boxes"]
            box = {**guess, "left": guess["left"] + shift, "right": guess["right"] + shift}
            answer = {"kind": "boxes", "width": WIDTH, "height": HEIGHT, "boxes": [box]}
            body = {"annotator": person, "answer": answer, "duration_s": 3.0}
            path = f"/v1/tasks/{task['task_id']}/annotations"
            await client.done("labeling-gateway", "POST", path, json=body)
            answers += 1
    return answers


async def test_an_image_becomes_a_row_of_a_dataset_with_the_boxes_of_people(running: Running) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        client = Client(running.shoal, http)
        await prepare(client)
        items = [await item(client, number, is_fish=number in FISH) for number in (*FISH, *ROCKS)]
        assert (await client.send(items))["accepted"] == len(items)
        await eventually(lambda: decided(client, len(items) + 2))

        async def waiting() -> bool:
            found = await client.done("labeling-gateway", "GET", "/v1/projects/reef/progress")
            return bool(found["waiting"] == len(FISH))

        await eventually(waiting)
        await a_box_outside_the_picture_is_refused(client)
        assert await label_all(client, http) == len(PEOPLE) * len(FISH)

        async def accepted() -> list[dict[str, Any]]:
            labels = await client.labels("reef")
            return labels if len(labels) == len(FISH) else []

        labels = await eventually(accepted)
        assert {label["evidence"]["method"] for label in labels} <= {"auto", "dawid-skene"}
        assert all(len(label["evidence"]["objects"]) == 1 for label in labels)
        assert {vote["annotator"] for label in labels for vote in label["votes"]} == set(PEOPLE)
        await the_dataset_has_the_boxes(client)


async def a_box_outside_the_picture_is_refused(client: Client) -> None:
    task = await next_task(client, PEOPLE[0])
    assert task is not None
    box = {"label": "fish", "left": 0.5, "top": 0.5, "right": 1.2, "bottom": 0.7}
    answer = {"kind": "boxes", "width": WIDTH, "height": HEIGHT, "boxes": [box]}
    path = f"/v1/tasks/{task['task_id']}/annotations"
    refused = await client.ask(
        "labeling-gateway", "POST", path, json={"annotator": PEOPLE[0], "answer": answer}
    )
    assert refused.status_code == 422
    assert "answer.boxes[0].right" in refused.text


async def the_dataset_has_the_boxes(client: Client) -> None:
    manifest = await client.done("qa", "POST", "/v1/projects/reef/datasets", json={"dataset": "fish"})
    lines = (Path(manifest["uri"]) / "data.jsonl").read_text().splitlines()
    rows = sorted(map(json.loads, lines), key=lambda row: int(row["source_id"]))
    assert [(row["source"], int(row["source_id"])) for row in rows] == [("fish", number) for number in FISH]
    assert all(before["sample_id"] != row["sample_id"] for before, row in pairwise(rows))
    for row in rows:
        assert row["uri"] == f"media:{row['sha256']}"
        answer = row["answer"]
        assert (answer["kind"], answer["width"], answer["height"]) == ("boxes", WIDTH, HEIGHT)
        [box] = answer["boxes"]
        right = place_of(int(row["source_id"]))
        assert (box["label"], box["attributes"]) == ("fish", [])
        assert {side: box[side] for side in right} == pytest.approx(right, abs=1.1 * MOST)
        assert row["votes"] == len(PEOPLE)
        assert 0.5 <= row["probability"] < 1
