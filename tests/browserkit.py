"""Chromium for tests and pictures."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, async_playwright, expect

# The shell has no windows, tabs or menus of its own: a page takes a fifth of the CPU that Chromium's takes.
_PROGRAMS = ("chromium-headless-shell", "chromium", "chromium-browser")
INSTALL = "apt-get install chromium-headless-shell"
expect.set_options(timeout=60_000)  # ms; the default of 5 s is too short where others compute


def find_chromium() -> str | None:
    """Return Chromium's path, or None if it is not installed."""
    return next(filter(None, map(shutil.which, _PROGRAMS)), None)


@asynccontextmanager
async def open_browser(program: str) -> AsyncIterator[Browser]:
    """Open Chromium until the block ends."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, chromium_sandbox=False)
        yield browser
        await browser.close()
