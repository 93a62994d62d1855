"""qa, the gateway and vendors on real sockets, and every door through which an answer comes."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx

import shoal_gateway.main
import shoal_qa.main
from adapters.gateway.servicekit import MOMENT, RunningGateway, running_gateway, wait_until
from adapters.http.conformance import migrated
from answerkit import TYPES, Json, project_of
from publishingkit import FakePublisher, received
from shoal.contracts.labels import AnnotationSubmitted, ClassAnswer, GuidelineRef, LabelingJob
from shoal.contracts.projects import ProjectChanged
from shoal.contracts.samples import Content
from shoal.contracts.topics import LABELS_SUBMITTED
from shoal.messaging import encode
from shoal.messaging.records.decoding import Decoder
from shoal.persistence import open_pool
from shoal.runtime import Service
from shoal.runtime.server import bind_address, serve_app, url_of
from shoal.security.access import Access
from shoal_local.stack import Stack
from shoal_qa.settings import QaSettings
from vendorkit import Vendor, annotation, serve_vendor

SECRET = "a secret of the vendor, long enough"
REF = GuidelineRef(major=1, minor=0)


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a door says to an answer that it refuses: the field at fault, and its whole text."""

    field: str
    text: str


@dataclass(slots=True)
class Doors:
    """Two services, with a project and a vendor of every label type."""

    gateway: RunningGateway
    qa: Service
    qa_http: httpx.AsyncClient
    qa_pool: Any
    vendors: dict[str, Vendor] = field(default_factory=lambda: {kind: Vendor() for kind in TYPES})
    tasks: dict[tuple[str, str], str] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    async def page(self, kind: str, answer: Json) -> Refusal | None:
        """Answer a task on the annotator's page."""
        return await self._answer(self.tasks[kind, "label"], "ann", answer)

    async def review_lane(self, kind: str, answer: Json) -> Refusal | None:
        """Answer a review on the page."""
        return await self._answer(self.tasks[kind, "review"], "rae", answer)

    async def _answer(self, task: str, who: str, answer: Json) -> Refusal | None:
        body = {"annotator": who, "answer": answer}
        response = await self.gateway.http.post(f"/v1/tasks/{task}/annotations", json=body)
        return _refusal_of(response, 201, 422)

    async def webhook(self, kind: str, answer: Json) -> Refusal | None:
        """Send an annotation in a vendor's signed webhook."""
        number = next(self.numbers)
        items = [annotation(self.tasks[kind, "vendor"], f"w{number}", answer=answer)]
        body = json.dumps({"type": "annotations.changed", "data": {"annotations": items}}).encode()
        response = await self.gateway.webhook(project_of(kind), "acme", SECRET, body, number=number)
        refusal = _refusal_of(response, 202, 422, 400)
        if refusal is None:
            return None
        return Refusal(refusal.field.removeprefix("data.annotations[0]."), refusal.text)

    async def feed(self, kind: str, answer: Json) -> Refusal | None:
        """Put an annotation into a vendor's feed, and wait until it is stored or refused."""
        who = f"f{next(self.numbers)}"
        item = annotation(self.tasks[kind, "vendor"], who, answer=answer)
        self.vendors[kind].feed.append(item)
        detail = "SELECT detail FROM refused_annotations WHERE annotation_id = $1"
        stored = "SELECT count(*) FROM annotations WHERE annotation_id = $1"

        async def is_read() -> bool:
            name = item["annotation_id"]
            return bool(
                await self.gateway.pool.fetchval(detail, name) or await self.gateway.count(stored, name)
            )

        await wait_until(is_read, f"the feed's answer to {kind}")
        text = await self.gateway.pool.fetchval(detail, item["annotation_id"])
        return None if text is None else _refusal_in(text)

    async def event(self, kind: str, answer: Json) -> Refusal | None:
        """Hand qa a record of labels.submitted, as its consumer decodes it."""
        submitted = _annotation_event(kind, f"e{next(self.numbers)}")
        message = encode(LABELS_SUBMITTED, submitted, event_id="e", source="/test", time=MOMENT)
        value = json.dumps({**submitted.model_dump(mode="json"), "answer": answer}).encode()
        record: Any = SimpleNamespace(
            topic=message.topic,
            partition=0,
            offset=0,
            timestamp=0,
            key=message.key,
            value=value,
            headers=message.headers,
        )
        decoded = Decoder(LABELS_SUBMITTED).decode([record])
        if decoded.refused:
            return _refusal_in(decoded.refused[0].detail)
        rejected = await self.qa.consumers[1].handle(decoded.events)
        return _refusal_in(rejected[0].detail) if rejected else None

    async def gold(self, kind: str, answer: Json) -> Refusal | None:
        """Add a gold item at qa."""
        refusal = await self._add_gold(kind, answer=answer)
        if refusal is None:
            return None
        return Refusal(refusal.field.removeprefix("items[0]."), refusal.text)

    async def _add_gold(self, kind: str, **answer: Any) -> Refusal | None:
        body = {"items": [{"content": TYPES[kind].content, **answer}], "votes": 2}
        return _refusal_of(await self.qa_http.post(f"{path_of(kind)}/gold", json=body), 201, 422)

    async def review(self, kind: str, answer: Json) -> Refusal | None:
        """Decide a review at qa."""
        body = {"answer": answer, "reviewer": "eva"}
        return _refusal_of(
            await self.qa_http.post(f"{path_of(kind)}/reviews/{job_of(kind)}", json=body), 200, 422
        )


Door = Callable[[Doors, str, Json], Awaitable[Refusal | None]]
DOORS: Mapping[str, Door] = {
    "page": Doors.page,
    "review lane": Doors.review_lane,
    "webhook": Doors.webhook,
    "feed": Doors.feed,
    "event": Doors.event,
    "gold": Doors.gold,
    "review": Doors.review,
}


def path_of(kind: str) -> str:
    """Return the path of a kind's project."""
    return f"/v1/projects/{project_of(kind)}"


def job_of(kind: str) -> str:
    """Return the id of a kind's job at qa."""
    return f"{project_of(kind)}-job"


def _refusal_of(response: httpx.Response, good: int, *bad: int) -> Refusal | None:
    """Return the refusal in a response, whose status must be `good` or one of `bad`."""
    if response.status_code == good:
        return None
    assert response.status_code in bad, response.text
    problem = response.json()
    assert problem["detail"]
    assert problem["fix"]
    return Refusal(problem["field"], response.text)


def _refusal_in(text: str) -> Refusal:
    return Refusal(text.partition(": ")[0], text)


def _annotation_event(kind: str, annotator: str) -> AnnotationSubmitted:
    return AnnotationSubmitted(
        project=project_of(kind),
        job_id=job_of(kind),
        sample_id=job_of(kind),
        task_id="t",
        provider="acme",
        annotator=annotator,
        annotation_id=annotator,
        revision=1,
        action="submitted",
        answer=ClassAnswer(label="x"),
        purpose="label",
        guideline=REF,
        submitted_at=MOMENT,
    )


@asynccontextmanager
async def served(service: Service) -> AsyncIterator[httpx.AsyncClient]:
    """Serve a service on a socket, and yield a client of it."""
    assert service.app is not None
    assert service.directory is not None
    service.app.state.access = Access(service.directory, None, loopback=True)
    sock = bind_address("127.0.0.1", 0)
    async with (
        serve_app(service.app, sock, graceful_timeout_s=1),
        httpx.AsyncClient(base_url=url_of(sock), timeout=30) as client,
    ):
        yield client


async def _open_projects(doors: Doors) -> None:
    """Publish every type's guideline at qa and hand out its jobs."""
    assert doors.qa.directory is not None
    for kind, label_type in TYPES.items():
        project = project_of(kind)
        doors.qa.directory.put(ProjectChanged(project=project, changed_at=MOMENT))
        published = await doors.qa_http.post(
            f"{path_of(kind)}/guidelines", json={"title": kind, "label_schema": label_type.schema}
        )
        assert published.status_code == 201, published.text
        doors.gateway.project(project, label_type.schema)
        await doors.qa.consumers[0].handle([received(_qa_job(kind), "labeling.jobs")])


def _qa_job(kind: str) -> LabelingJob:
    return LabelingJob(
        project=project_of(kind),
        job_id=job_of(kind),
        sample_id=job_of(kind),
        purpose="label",
        guideline=REF,
        content=Content.model_validate(TYPES[kind].content),
        votes=2,
        max_votes=100,
        requested_at=MOMENT,
    )


async def _take_tasks(doors: Doors, kind: str, vendor_url: str) -> None:
    """Lease the tasks of the page and of the review lane, and wait until the vendor has its own."""
    gateway, project, content = doors.gateway, project_of(kind), TYPES[kind].content
    settings = {"base_url": vendor_url, "webhook_secret": SECRET}
    assert (await gateway.provider(project, "acme", **settings)).status_code == 200
    job = await gateway.job(project, 1, "inhouse", votes=9, content=content)
    sent = await gateway.job(project, 2, "acme", votes=50, most=99, content=content)
    await gateway.request(project, job, "review", 1)
    for who, lane in (("ann", "label"), ("rae", "review")):
        doors.tasks[kind, lane] = await _take_task(gateway, project, who, lane)
    doors.tasks[kind, "vendor"] = await gateway.task_of(sent)

    async def is_sent() -> bool:
        return doors.tasks[kind, "vendor"] in doors.vendors[kind].tasks

    await wait_until(is_sent, f"the vendor's task of {kind}")


async def _take_task(gateway: RunningGateway, project: str, who: str, lane: str) -> str:
    taken: list[str] = []

    async def is_there() -> bool:
        query = {"annotator": who, "lane": lane}
        response = await gateway.http.get(f"/v1/projects/{project}/queue/next", params=query)
        if response.status_code == 200:
            taken.append(response.json()["task_id"])
        return bool(taken)

    await wait_until(is_there, f"a task of {project} in the lane {lane}")
    return taken[0]


@contextmanager
def open_doors(stack: Stack, folder: Path) -> Iterator[tuple[asyncio.Runner, Doors]]:
    """Run both services with a project of every label type, and yield their doors."""
    with (
        migrated(stack, shoal_gateway.main.SCHEMA, "shoal_gateway") as (runner, gateway_dsn),
        migrated(stack, shoal_qa.main.SCHEMA, "shoal_qa") as (qa_runner, qa_dsn),
    ):
        del qa_runner  # one event loop serves both
        closing = AsyncExitStack()

        async def begin() -> Doors:
            gateway = await closing.enter_async_context(running_gateway(gateway_dsn))
            gateway.http = await closing.enter_async_context(served(gateway.service))
            pool = await open_pool(qa_dsn, shoal_qa.main.SCHEMA)
            closing.push_async_callback(pool.close)
            settings = QaSettings(postgres_dsn=qa_dsn, datasets_uri=str(folder))
            qa = shoal_qa.main.wire_service(settings, FakePublisher(), pool)
            doors = Doors(gateway, qa, await closing.enter_async_context(served(qa)), pool)
            await _open_projects(doors)
            for kind, vendor in doors.vendors.items():
                await _take_tasks(doors, kind, await closing.enter_async_context(serve_vendor(vendor)))
            return doors

        try:
            yield runner, runner.run(begin())
        finally:
            runner.run(closing.aclose())
