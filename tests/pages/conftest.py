"""A browser, and a gateway with one project."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser

from pages.annotatorkit import CLASSES, Site, open_browser, open_site


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """Yield Chromium."""
    async with open_browser(chromium) as running:
        yield running


@pytest.fixture
async def site(postgres_dsn: str) -> AsyncIterator[Site]:
    """Yield a gateway with the project news, whose annotators have the key `ann` and reviewers `rev`."""
    async with open_site(postgres_dsn) as gateway:
        gateway.project("news", "News desk", {"ann": ["annotator"], "rev": ["reviewer"], "bot": ["producer"]})
        gateway.guideline("news", CLASSES, title="Topics")
        yield gateway
