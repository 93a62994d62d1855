"""A job of any label type in a running gateway, and the votes that the gateway announces about it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from fastapi import FastAPI
from pydantic import TypeAdapter
from starlette.responses import Response

from pages.annotatorkit import START, Site, open_site
from pages.picturekit import draw_picture
from publishingkit import received
from shoal.contracts.label_schemas import LabelSchema
from shoal.contracts.labels import AnnotationSubmitted, GuidelineRef, LabelingJob, VotesRequested
from shoal.contracts.quality import GuidelinePublished
from shoal.contracts.samples import Content, Prediction
from shoal_local.ports import HOST, free_port

SHA256 = "ab" * 32
IMAGE = {"uri": f"media:{SHA256}", "sha256": SHA256, "media_type": "image/png", "width": 640, "height": 480}
VERSION = GuidelineRef(major=1, minor=0)
_KEY = "a key of images that is long enough"
_SCHEMA: TypeAdapter[LabelSchema] = TypeAdapter(LabelSchema)


@asynccontextmanager
async def serve_pictures() -> AsyncIterator[str]:
    """Serve one picture of 640 by 480 pixels at every signed address, on an origin of its own."""
    picture, port, app = draw_picture(640, 480), free_port(), FastAPI()
    app.add_api_route("/v1/media/{token}", lambda token: Response(picture, media_type="image/png"))
    server = uvicorn.Server(uvicorn.Config(app, host=HOST, port=port, log_level="error", lifespan="off"))
    running = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    yield f"http://{HOST}:{port}"
    server.should_exit = server.force_exit = True
    await running


@asynccontextmanager
async def open_gateway(dsn: str) -> AsyncIterator[Site]:
    """Open a gateway on a database, which shows pictures of another origin."""
    async with (
        serve_pictures() as pictures,
        open_site(dsn, media_key=_KEY, media_public_url=pictures) as site,
    ):
        yield site


def announce(site: Site, project: str, schema: Mapping[str, Any], **guideline: Any) -> None:
    """Announce a project, whose annotators have the key `ann` and reviewers `rev`, and its guideline."""
    site.project(project, project.title(), {"ann": ["annotator"], "rev": ["reviewer"]})
    event = GuidelinePublished(
        project=project,
        guideline=VERSION,
        label_schema=_SCHEMA.validate_python(schema),
        published_at=START,
        **{"title": "", "text": "", **guideline},
    )
    site.service.broadcasts[0].apply(received(event, "guidelines.published"))


async def request_votes(
    site: Site,
    project: str,
    content: Mapping[str, Any],
    *,
    votes: int = 1,
    prediction: Mapping[str, Any] | None = None,
) -> None:
    """Put the job `job` about a content into the in-house queue."""
    job = LabelingJob(
        project=project,
        job_id="job",
        sample_id="job",
        purpose="label",
        guideline=VERSION,
        content=Content(**content),
        prediction=Prediction(model="m", version="7", **prediction) if prediction else None,
        votes=votes,
        max_votes=9,
        requested_at=START,
    )
    assert not await site.service.consumers[0].handle([received(job, "labeling.jobs")])
    await site.dispatch()


async def vote(site: Site, project: str, annotator: str, answer: Mapping[str, Any]) -> None:
    """Take the annotator's next task and answer it over HTTP."""
    task = await site.call("GET", f"/v1/projects/{project}/queue/next", params={"annotator": annotator})
    body = {"annotator": annotator, "answer": answer}
    path = f"/v1/tasks/{task.json()['task_id']}/annotations"
    assert (await site.call("POST", path, json=body)).status_code == 201


async def request_review(site: Site, project: str, **more: Any) -> None:
    """Take in qa's request that a reviewer decides the job `job`."""
    event = VotesRequested(
        project=project,
        job_id="job",
        sample_id="job",
        action="review",
        **{"votes": 1, "round": 1, "reason": "the votes disagree", "requested_at": START, **more},
    )
    assert not await site.service.consumers[1].handle([received(event, "votes.requested")])
    await site.dispatch()


async def announced_votes(site: Site) -> dict[str, AnnotationSubmitted]:
    """Return the events of votes in the outbox, by annotator."""
    values = await site.pool.fetch("SELECT value FROM outbox WHERE topic = 'labels.submitted' ORDER BY seq")
    events = [AnnotationSubmitted.model_validate_json(row["value"]) for row in values]
    return {event.annotator: event for event in events}
