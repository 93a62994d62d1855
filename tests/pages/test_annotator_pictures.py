"""From a job about a picture to the event of its answer: the gateway, the page, and a box drawn on it."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser
from pydantic import TypeAdapter
from starlette.responses import Response

from pages.annotatorkit import START, Site, open_site, shown
from pages.annotatorkit import start as start_page
from pages.picturekit import canvas_of, draw_picture
from publishingkit import received
from shoal.contracts.label_schemas import LabelSchema
from shoal.contracts.labels import GuidelineRef, LabelingJob
from shoal.contracts.quality import GuidelinePublished
from shoal.contracts.samples import Content
from shoal_local.ports import HOST, free_port

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

SHA256 = "ab" * 32
VERSION = GuidelineRef(major=1, minor=0)
SCHEMA = {"kind": "boxes", "classes": [{"name": "fish", "attributes": ["occluded"]}, {"name": "coral"}]}


@asynccontextmanager
async def serve_pictures() -> AsyncIterator[str]:
    """Serve one picture at every signed address, on an origin of its own."""
    picture, port, app = draw_picture(640, 480), free_port(), FastAPI()
    app.add_api_route("/v1/media/{token}", lambda token: Response(picture, media_type="image/png"))
    server = uvicorn.Server(uvicorn.Config(app, host=HOST, port=port, log_level="error", lifespan="off"))
    running = asyncio.create_task(server.serve())
    yield f"http://{HOST}:{port}"
    server.should_exit = True
    await running


async def ask_for_boxes(site: Site) -> None:
    """Announce a project of boxes, and put a job about a picture into its queue."""
    site.project("reef", "Reef", {"ann": ["annotator"]})
    schema: LabelSchema = TypeAdapter(LabelSchema).validate_python(SCHEMA)
    guideline = GuidelinePublished(
        project="reef", guideline=VERSION, title="", text="", label_schema=schema, published_at=START
    )
    site.service.broadcasts[0].apply(received(guideline, "guidelines.published"))
    content = Content(uri=f"media:{SHA256}", sha256=SHA256, media_type="image/png", width=640, height=480)
    job = LabelingJob(
        project="reef",
        job_id="job",
        sample_id="job",
        purpose="label",
        guideline=VERSION,
        content=content,
        votes=1,
        max_votes=9,
        requested_at=START,
    )
    await site.service.consumers[0].handle([received(job, "labeling.jobs")])
    await site.dispatch()


async def test_a_box_drawn_on_a_picture_becomes_the_event_of_its_answer(
    browser: Browser, postgres_dsn: str
) -> None:
    key = "a key of images that is long enough"
    async with (
        serve_pictures() as pictures,
        open_site(postgres_dsn, media_key=key, media_public_url=pictures) as site,
    ):
        await ask_for_boxes(site)
        canvas = await canvas_of(await start_page(browser, site, "?project=reef"))
        assert await canvas.page.locator("img.image").last.evaluate("image => image.naturalWidth") == 640
        await canvas.drag((0.2, 0.25), (0.34, 0.41))
        await canvas.page.keyboard.press("Shift+1")
        await canvas.page.keyboard.press("Control+Enter")
        await shown(canvas.page, "empty")
        sent = await site.pool.fetchval("SELECT value FROM outbox WHERE topic = 'labels.submitted'")
    answer = json.loads(sent)["answer"]
    assert (answer["kind"], answer["width"], answer["height"]) == ("boxes", 640, 480)
    [box] = answer["boxes"]
    assert (box["label"], box["attributes"]) == ("fish", ["occluded"])
    sides = [box[side] for side in ("left", "top", "right", "bottom")]
    assert sides == pytest.approx([0.2, 0.25, 0.34, 0.41], abs=0.012)
