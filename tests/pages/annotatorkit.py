"""The gateway's HTTP API and page on a socket and a real PostgreSQL, with keys that tests give and revoke."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import uvicorn
from playwright.async_api import Browser, Page, expect
from pydantic import SecretStr

from publishingkit import FakePublisher, received
from shoal.contracts.label_schemas import LabelClass, SingleChoiceSchema
from shoal.contracts.labels import GuidelineRef, LabelingJob, VotesRequested
from shoal.contracts.projects import ApiKey, ProjectChanged, Role
from shoal.contracts.quality import GuidelinePublished
from shoal.contracts.samples import Content, SampleErased
from shoal.persistence import migrate, open_pool
from shoal.runtime import Service
from shoal.security import hash_key
from shoal.security.access import Access
from shoal.security.keys import PREFIX
from shoal_gateway.main import SCHEMA, wire_service
from shoal_gateway.settings import GatewaySettings
from shoal_local.ports import HOST, free_port

ADMIN = "the installation's key"
START = datetime(2026, 1, 1, tzinfo=UTC)
CLASSES = {"gold": "Gold, *coins* and bullion.", "wheat": "Wheat.", "ship": ""}
TEXTS = ["Wheat fell.", "Gold rose.", "A ship sank."]
# The page learns that a picture is there from the same event, which comes after the picture is `complete`.
MARK_LOADED = (
    "document.addEventListener('load', ({target}) => target.dataset && (target.dataset.loaded = ''), true);"
)


def key_of(name: str) -> str:
    """Return a key in the form of Shoal's for a short name; the installation's key stays itself."""
    return name if name in ("", ADMIN) else PREFIX + f"{name}-".ljust(43, "x")


class Site:
    """One gateway on one port. `stop` and `start` are a service that goes away and comes back."""

    def __init__(self, service: Service, pool: Any) -> None:
        assert service.app is not None
        assert service.directory is not None
        self.service, self.pool, self.port = service, pool, free_port()
        self.url = f"http://{HOST}:{self.port}"
        self._directory = service.directory
        service.app.state.access = Access(service.directory, SecretStr(ADMIN))
        self._changes = 0
        self._server: uvicorn.Server | None = None
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Listen on the port."""
        assert self.service.app is not None
        config = uvicorn.Config(
            self.service.app, host=HOST, port=self.port, log_level="error", lifespan="off"
        )
        self._server = uvicorn.Server(config)
        self._running = asyncio.create_task(self._server.serve())
        while not self._server.started:
            await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """Close the port and all connections."""
        assert self._server is not None
        assert self._running is not None
        self._server.should_exit = self._server.force_exit = True
        await self._running

    def project(self, name: str, title: str = "", keys: dict[str, Sequence[Role]] | None = None) -> None:
        """Announce a project with exactly these keys, by key and roles."""
        self._changes += 1
        api_keys = tuple(
            ApiKey(key_id=str(number), sha256=hash_key(key_of(key)), roles=tuple(roles))
            for number, (key, roles) in enumerate((keys or {}).items())
        )
        changed = START + timedelta(seconds=self._changes)
        self._directory.put(ProjectChanged(project=name, title=title, keys=api_keys, changed_at=changed))

    def guideline(
        self,
        project: str,
        classes: dict[str, str],
        *,
        title: str = "",
        text: str = "",
        major: int = 1,
        minor: int = 0,
    ) -> None:
        """Announce a guideline; `classes` are definitions by name."""
        event = GuidelinePublished(
            project=project,
            guideline=GuidelineRef(major=major, minor=minor),
            title=title,
            text=text,
            label_schema=SingleChoiceSchema(
                classes=tuple(LabelClass(name=name, definition=item) for name, item in classes.items())
            ),
            published_at=START,
        )
        self.service.broadcasts[0].apply(received(event, "guidelines.published"))

    async def jobs(
        self, project: str, texts: Sequence[str], *, votes: int = 1, purpose: Any = "label"
    ) -> None:
        """Put one job for each text into the in-house queue."""
        jobs = [
            LabelingJob(
                project=project,
                job_id=id_of(project, text),
                sample_id=id_of(project, text),
                purpose=purpose,
                guideline=GuidelineRef(major=1, minor=0),
                content=Content(text=text),
                votes=votes,
                max_votes=9,
                requested_at=START,
            )
            for text in texts
        ]
        await self.service.consumers[0].handle([received(job, "labeling.jobs") for job in jobs])
        await self.dispatch()

    async def request(self, project: str, text: str, action: Any, **more: Any) -> None:
        """Take in a request of qa about the job of a text."""
        event = VotesRequested(
            project=project,
            job_id=id_of(project, text),
            sample_id=id_of(project, text),
            action=action,
            **{"votes": 2, "round": 1, "reason": "", "requested_at": START, **more},
        )
        await self.service.consumers[1].handle([received(event, "votes.requested")])
        await self.dispatch()

    async def erase(self, project: str, text: str) -> None:
        """Erase the sample of a text."""
        event = SampleErased(
            project=project, sample_id=id_of(project, text), reason="request", erased_at=START
        )
        await self.service.consumers[2].handle([received(event, "samples.erased")])

    async def dispatch(self) -> None:
        """Carry out what waits, as the service's loop does."""
        lanes: Any = self.service.loops[0].step
        while await lanes() and await lanes.settle():
            pass

    async def call(self, method: str, path: str, key: str = ADMIN, **options: Any) -> httpx.Response:
        """Send a request with a key."""
        async with httpx.AsyncClient(
            base_url=self.url, headers={"authorization": f"Bearer {key_of(key)}"}, timeout=60
        ) as client:
            return await client.request(method, path, **options)

    async def answer(self, project: str, annotator: str, label: str | None, **skip: str) -> dict[str, Any]:
        """Take the annotator's next task, answer or skip it, and return it."""
        task = (
            await self.call("GET", f"/v1/projects/{project}/queue/next", params={"annotator": annotator})
        ).json()
        path = f"/v1/tasks/{task['task_id']}/" + ("skip" if label is None else "annotations")
        body = {"annotator": annotator} | (skip if label is None else {"answer": {"label": label}})
        assert (await self.call("POST", path, json=body)).status_code == 201
        return dict(task)

    async def heads(self) -> list[tuple[Any, ...]]:
        """Return the latest revision of each annotation: annotator, action, label, code, reason, revision."""
        records = await self.pool.fetch(
            """SELECT DISTINCT ON (annotation_id) annotator, action, label, code, reason, revision
               FROM annotations ORDER BY annotation_id, revision DESC"""
        )
        return [tuple(record) for record in records]


def id_of(project: str, text: str) -> str:
    """Return the id of the job and the sample of a text."""
    return f"{project} {text[:60]}"


@asynccontextmanager
async def open_site(dsn: str, **options: Any) -> AsyncIterator[Site]:
    """Open a gateway on a database, listening; `options` are settings."""
    await migrate(dsn, schema=SCHEMA, package="shoal_gateway", outbox=True)
    pool, lookups = await open_pool(dsn, SCHEMA), await open_pool(dsn, SCHEMA)
    async with AsyncExitStack() as closing:
        settings = GatewaySettings(postgres_dsn=dsn, **options)
        site = Site(
            wire_service(settings, FakePublisher(), pool=pool, lookups=lookups, closing=closing), pool
        )
        await site.start()
        yield site
        await site.stop()
    await lookups.close()
    await pool.close()


async def open_page(browser: Browser, address: str, *, name: str = "", key: str = "", **context: Any) -> Page:
    """Open the page in a context of its own, with a name and a key as an earlier visit left them."""
    page = await (await browser.new_context(**context)).new_page()
    page.set_default_timeout(60_000)
    await page.add_init_script(MARK_LOADED)
    script = (
        f"localStorage.setItem('shoal.name', {name!r}); sessionStorage.setItem('shoal.key', {key_of(key)!r});"
    )
    if name:
        await page.add_init_script(f"if (!localStorage.getItem('shoal.name')) {{ {script} }}")
    await page.goto(address)
    return page


async def shown(page: Page, view: str) -> None:
    """Wait until the page shows a view."""
    await expect(page.locator("body")).to_have_attribute("data-view", view)


async def start(
    browser: Browser,
    site: Site,
    query: str = "?project=news",
    *,
    name: str = "ada",
    key: str = "ann",
    **context: Any,
) -> Page:
    """Open the page as an annotator who has been here before."""
    page = await open_page(browser, f"{site.url}/{query}", name=name, key=key, **context)
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    return page


async def answer(page: Page, key: str) -> None:
    """Press a label's key, and wait for another text or for the end."""
    text = await page.locator("#text").inner_text()
    await page.keyboard.press(key)
    await page.wait_for_function(
        "old => document.body.dataset.view === 'empty' || document.body.dataset.view === 'task'"
        " && (document.getElementById('text')?.innerText ?? old) !== old",
        arg=text,
    )


async def go_back(page: Page) -> None:
    """Go back to the last answer, once the page takes keys: it takes none while it fetches an item."""
    await expect(page.locator("body")).to_have_attribute("data-view", re.compile("task|empty"))
    await page.keyboard.press("u")
    await expect(page.locator("#last")).to_be_visible()
