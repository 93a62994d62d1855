"""One browser for all tests of a process, and a gateway with one project for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from browserkit import open_browser
from pages.annotatorkit import CLASSES, Site, open_site

FOLDER = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give all tests of this folder one event loop: the browser that they share belongs to it."""
    for item in items:
        if FOLDER in item.path.parents and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_browser(chromium: str) -> AsyncIterator[Browser]:
    """Yield Chromium, which starts once."""
    async with open_browser(chromium) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def browser(shared_browser: Browser) -> AsyncIterator[Browser]:
    """Yield Chromium; what a test has opened is closed after it."""
    yield shared_browser
    for context in shared_browser.contexts:
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def site(migrated_dsn: str) -> AsyncIterator[Site]:
    """Yield a gateway with the project news, whose annotators have the key `ann` and reviewers `rev`."""
    async with open_site(migrated_dsn) as gateway:
        gateway.project("news", "News desk", {"ann": ["annotator"], "rev": ["reviewer"], "bot": ["producer"]})
        gateway.guideline("news", CLASSES, title="Topics")
        yield gateway
