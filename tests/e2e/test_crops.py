"""From an inference with boxes to more like this crop, through all services."""

import base64
import io
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import numpy as np
import pytest
from PIL import Image, ImageDraw

from e2e.client import Client, eventually
from e2e.conftest import Running
from e2e.test_commands import shoal
from shoal.contracts.ids import crop_id, sample_id

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(900)]

STAR = {"left": 0.1, "top": 0.2, "right": 0.4, "bottom": 0.8}
RING = {"left": 0.6, "top": 0.2, "right": 0.9, "bottom": 0.8}
WIDTH, HEIGHT = 320, 160


def reef(seed: int, *shapes: tuple[str, dict[str, float]]) -> str:
    """Return a picture with shapes on a background of its own, as base64 of a PNG."""
    chance = np.random.default_rng(seed)
    noise = chance.integers(0, 120, (8, 16, 3), np.uint8)
    image = Image.fromarray(noise).resize((WIDTH, HEIGHT))
    draw = ImageDraw.Draw(image)
    for name, box in shapes:
        left, top, right, bottom = (
            box["left"] * WIDTH, box["top"] * HEIGHT, box["right"] * WIDTH, box["bottom"] * HEIGHT,
        )  # fmt: skip
        if name == "star":
            draw.regular_polygon(
                ((left + right) / 2, (top + bottom) / 2, (right - left) / 2), 3, fill="yellow"
            )
        else:
            draw.ellipse((left + 4, top + 4, right - 4, bottom - 4), outline="white", width=12)
    file = io.BytesIO()
    image.save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def photo(project: str, number: int, left: str, right: str, **more: Any) -> dict[str, Any]:
    """Return an inference: a picture with two shapes, and boxes that a model drew around them."""
    boxes = [{"label": left, "score": 0.9, **STAR}, {"label": right, "score": 0.8, **RING}]
    return {
        "project": project,
        "source": "camera",
        "source_id": str(number),
        "image": {"base64": reef(number, (left, STAR), (right, RING))},
        "prediction": {"model": "reef", "version": "1", "boxes": boxes},
        **more,
    }


PHOTOS = [("star", "ring"), ("ring", "star"), ("ring", "ring"), ("star", "ring"), ("ring", "ring")]


async def prepared(client: Client, project: str, kind: str) -> None:
    """Create a project that makes crops, and send photos."""
    settings = {"project": project, "cropping": {"padding": 0.0, "smallest": 16}}
    await client.done("ingest", "POST", "/v1/projects", json=settings)
    schema = {"kind": kind, "classes": [{"name": "star"}, {"name": "ring"}]}
    guideline = {"title": "Shapes", "label_schema": schema, "prelabels": "shown"}
    await client.done("qa", "POST", f"/v1/projects/{project}/guidelines", json=guideline)


async def more_like_the_star(client: Client, project: str) -> dict[str, Any]:
    """Send a first photo; create a campaign with its star as the example, then send the others."""
    first = photo(project, 100, "star", "ring")
    assert (await client.send([first]))["accepted"] == 1

    async def is_decided() -> bool:
        """Return whether the first photo was decided on, so that the campaign does not take it too."""
        answer = await client.done("sampler", "GET", f"/v1/projects/{project}/campaigns")
        return bool(answer["samples_decided"])

    await eventually(is_decided)
    strategy = {
        "kind": "more_like_these",
        "examples": [{"source": "camera", "source_id": "100", "box": STAR}],
        "counter_examples": [{"source": "camera", "source_id": "100", "box": RING}],
        "threshold": 0.6,
        "duplicate_similarity": 1.1,
    }

    async def created() -> Any:
        body = {"name": "stars", "strategy": strategy, "budget": {"votes": 100}}
        answer = await client.ask("sampler", "POST", f"/v1/projects/{project}/campaigns", json=body)
        return answer.json() if answer.is_success else None

    campaign = await eventually(created)
    photos = [photo(project, number, *shapes) for number, shapes in enumerate(PHOTOS)]
    assert (await client.send(photos))["accepted"] == len(photos)
    assert (await client.send(photos))["repeated"] == len(photos)
    return dict(campaign)


def star_of(project: str, number: int) -> str:
    box = STAR if PHOTOS[number][0] == "star" else RING
    return crop_id(sample_id(project, "camera", str(number)), **box)


async def jobs_of(running: Running, project: str, count: int) -> list[str]:
    """Return the samples of qa's jobs that are not erased, once there are so many."""

    async def are_there() -> list[str] | None:
        samples = await contents(running, project)
        return samples if len(samples) == count else None

    return list(await eventually(are_there))


async def next_task(client: Client, project: str) -> dict[str, Any]:
    """Return a task of the own queue, once there is one."""
    path = f"/v1/projects/{project}/queue/next"
    return dict(
        await eventually(lambda: client.done("labeling-gateway", "GET", path, params={"annotator": "ann"}))
    )


async def contents(running: Running, project: str) -> list[str]:
    conn = await asyncpg.connect(running.dsn)
    try:
        rows = await conn.fetch(
            "SELECT sample_id FROM qa.jobs WHERE project = $1 AND content IS NOT NULL", project
        )
    finally:
        await conn.close()
    return [row["sample_id"] for row in rows]


async def test_more_like_this_crop_takes_the_crops_of_the_same_object(
    running: Running, tmp_path: Path
) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        client, project = Client(running.shoal, http), "crops-classes"
        await prepared(client, project, "single_choice")
        campaign = await more_like_the_star(client, project)
        example = crop_id(sample_id(project, "camera", "100"), **STAR)
        assert campaign["strategy"]["examples"] == [{"sample_id": example}]
        stars = {star_of(project, number) for number in (0, 1, 3)}
        assert set(await jobs_of(running, project, len(stars))) == stars
        body = {"source": "camera", "source_id": "100", "box": STAR, "parts": "crops", "limit": 3}
        similar = await client.done("sampler", "POST", f"/v1/projects/{project}/similar", json=body)
        assert {item["sample_id"] for item in similar["samples"]} == stars
        assert {item["predicted_label"] for item in similar["samples"]} == {"star"}
        box = ",".join(str(corner) for corner in STAR.values())
        words = (
            "sampler",
            "similar",
            project,
            "camera/100",
            "--box",
            box,
            "--parts",
            "crops",
            "--limit",
            "3",
        )
        code, out, _ = await shoal(running, tmp_path, *words, "--format", "csv")
        assert code == 0
        assert {line.rsplit(",", 1)[1] for line in out.splitlines()[1:]} == stars
        code, _, err = await shoal(running, tmp_path, *words[:5], "0.1,0.2", *words[6:])
        assert (code, "give four numbers" in err) == (2, True)
        body = {**body, "box": {**STAR, "left": 0.2}}
        absent = await client.ask("sampler", "POST", f"/v1/projects/{project}/similar", json=body)
        assert (absent.status_code, absent.json()["field"]) == (422, "box")
        task = await next_task(client, project)
        crop = task["content"]["crop"]
        assert crop in (STAR, RING)
        assert (task["content"]["cropped"]["width"], task["content"]["cropped"]["height"]) == (96, 96)
        shown = await http.get(task["content"]["cropped"]["url"])
        assert Image.open(io.BytesIO(shown.content)).size == (96, 96)
        assert task["prediction"]["label"] == "star"
        # A photo is erased with its crops, in every service.
        erased = sample_id(project, "camera", "0")
        await client.done("ingest", "DELETE", f"/v1/projects/{project}/samples/{erased}")

        assert set(await jobs_of(running, project, 2)) == stars - {star_of(project, 0)}


async def test_a_photo_with_such_a_crop_is_labelled_once_with_boxes(running: Running) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        client, project = Client(running.shoal, http), "crops-boxes"
        await prepared(client, project, "boxes")
        await more_like_the_star(client, project)
        photos = {sample_id(project, "camera", str(number)) for number in (0, 1, 3)}
        assert sorted(await jobs_of(running, project, len(photos))) == sorted(photos)
        task = await next_task(client, project)
        assert task["content"].get("crop") is None
        assert len(task["prediction"]["boxes"]) == 2
