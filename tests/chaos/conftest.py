"""One running Shoal on Apache Kafka for the whole folder, with a crowd that labels."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest
import pytest_asyncio

from chaos.accounts import REST_S, VOTES, Accounts
from chaos.books import CLASSES, Book, Producer
from databasekit import create_database
from e2e.client import Client, eventually
from shoal_local.demo.workforce import Minds, Terms, Workforce, make_people, serve_workforce
from shoal_local.services import LocalShoal
from shoal_local.stack import Stack

SECRET = "whsec_c2hvYWwgdGVzdHMgc2hvYWwgdGVzdHMh"
SETTINGS = {
    "SHOAL_AUDIT_RATE": "0",
    "SHOAL_POLL_INTERVAL_S": "1",
    "SHOAL_REFIT_INTERVAL_S": "1",
    "SHOAL_FIRST_CAMPAIGN_WAIT_S": "0",
    "SHOAL_INTENT_LEASE_S": "10",
    "SHOAL_STUCK_S": "120",
}


@dataclass(slots=True, kw_only=True)
class Chaos:
    """A running Shoal, its parts, and the books of all projects so far."""

    stack: Stack
    shoal: LocalShoal
    settings: dict[str, str]
    client: Client
    vendor: str
    truth: dict[str, str]
    accounts: Accounts
    books: list[Book] = field(default_factory=list)

    @asynccontextmanager
    async def load(self, project: str) -> AsyncIterator[Book]:
        """Send samples of a new project while the body runs; then all accounts must balance."""
        book = await self.open_book(project)
        producer = Producer(self.client, book)
        sending = asyncio.create_task(producer.run())
        try:
            await eventually(lambda: self._flows(book))
            yield book
            producer.finish()
            await sending
            await self.everything_is_well()
        except BaseException:
            self.books.remove(book)  # the next event is judged by itself
            raise
        finally:
            sending.cancel()

    async def open_book(self, project: str) -> Book:
        """Create a project with a guideline, a provider and a campaign for 500 samples."""
        book = Book(project, self.truth)
        await self.client.project(book.pairs, CLASSES)
        await self.client.project(project, CLASSES)
        provider = {"kind": "generic", "base_url": self.vendor, "webhook_secret": SECRET, "default": True}
        path = f"/v1/projects/{project}"
        await self.client.done("labeling-gateway", "PUT", f"{path}/providers/crowd", json=provider)
        await self.client.done("qa", "PUT", f"{path}/rule", json={"exhausted": "close"})
        strategy = {"kind": "random", "share": 0.1}
        await self.client.campaign(project, name="all", strategy=strategy, budget={"votes": VOTES})
        self.books.append(book)
        return book

    async def everything_is_well(self) -> None:
        """Wait until every service is ready and the accounts of all projects balance; nobody helps."""
        ended = self.shoal.dead()
        assert ended == [], [self.shoal.tail(name) for name in ended]
        await self.accounts.balance(self.books)
        try:
            await eventually(self._ready, REST_S)
        except AssertionError:
            raise AssertionError(await self._complaints()) from None

    async def _ready(self) -> bool:
        return not await self._complaints()

    async def _complaints(self) -> dict[str, str]:
        """Return what the services that are not ready, or have notes, answer."""
        async with httpx.AsyncClient(timeout=60) as http:
            answers = {name: await http.get(f"{url}/readyz") for name, url in self.shoal.admin_urls.items()}
        well = {"status": "ok", "problems": []}
        return {name: answer.text for name, answer in answers.items() if answer.json() != well}

    async def _flows(self, book: Book) -> bool:
        return len(book.samples) > 50


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chaos() -> AsyncIterator[Chaos]:
    """Yield Shoal on a stack of its own."""
    needs_apache()
    with Stack() as stack:
        async with running_chaos(stack, SETTINGS) as running:
            yield running


def needs_apache() -> None:
    """Skip a test unless it runs on Apache Kafka."""
    if os.environ.get("SHOAL_KAFKA") != "apache":
        pytest.skip("needs Apache Kafka: make test-chaos")


@asynccontextmanager
async def running_chaos(stack: Stack, settings: dict[str, str]) -> AsyncIterator[Chaos]:
    """Run Shoal on `stack` in a new database, with a crowd that labels."""
    truth: dict[str, str] = {}
    workforce = Workforce(make_people(1), Minds(truth, {}, 1), Terms(speedup=100, webhook_secret=SECRET))
    dsn = await create_database(stack.postgres_dsn)
    settings = {**settings, "SHOAL_POSTGRES_DSN": dsn}
    async with serve_workforce(workforce) as vendor, httpx.AsyncClient(timeout=60) as http:
        with LocalShoal(stack, environment=settings) as shoal:
            yield Chaos(
                stack=stack,
                shoal=shoal,
                settings=settings,
                client=Client(shoal, http),
                vendor=vendor,
                truth=truth,
                accounts=Accounts(stack, dsn, workforce),
            )
