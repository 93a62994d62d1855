"""The annotator's page against axe-core's rules, WCAG 2.1 AA among them, in every view, light and dark."""

from typing import Any, Literal

import pytest
from axe_core_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from pages.annotatorkit import ADMIN, CLASSES, TEXTS, Site, answer, open_page, shown, start
from pages.test_annotator_reviews import disputed

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.timeout(300)]

GUIDELINE = "# Rules\n\nSee [the list](https://example.org).\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> A quote."
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
    "resultTypes": ["violations"],
}


async def violations(page: Page) -> list[str]:
    """Return what axe-core objects to: its rule, and the elements. Nothing is on its way between colours."""
    await page.emulate_media(reduced_motion="reduce")
    found: dict[str, Any] = await Axe().run(page, options=RULES)
    return [f"{rule['id']}: {[node['target'] for node in rule['nodes']]}" for rule in found["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_views_of_an_annotator(
    site: Site, browser: Browser, scheme: Literal["light", "dark"]
) -> None:
    site.guideline("news", CLASSES, title="Topics", text=GUIDELINE)
    await site.jobs("news", TEXTS)
    page = await open_page(browser, site.url, color_scheme=scheme)
    await shown(page, "setup")
    assert await violations(page) == []
    page = await start(browser, site, color_scheme=scheme)
    await shown(page, "task")
    assert await violations(page) == []
    await page.keyboard.press("g")
    await expect(page.locator("#guideline")).to_be_visible()
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await page.keyboard.press("s")  # the reasons for a skip
    assert await violations(page) == []
    await page.keyboard.press("Escape")
    await expect(page.locator("#skip-dialog")).to_be_hidden()
    for _ in TEXTS:
        await answer(page, "1")
    await shown(page, "empty")
    assert await violations(page) == []
    await page.keyboard.press("u")  # the last answer
    await expect(page.locator("#last")).to_be_visible()
    assert await violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_list_of_projects_a_dispute_and_an_error(
    site: Site, browser: Browser, scheme: Literal["light", "dark"]
) -> None:
    site.project("sport", "Sport")
    await disputed(site)
    page = await start(browser, site, query="", key=ADMIN, color_scheme=scheme)
    await shown(page, "projects")
    assert await violations(page) == []
    page = await start(browser, site, "?project=news&lane=review", name="eve", key=ADMIN, color_scheme=scheme)
    await shown(page, "task")
    assert await violations(page) == []
    page = await start(browser, site, "?project=absent", key=ADMIN, color_scheme=scheme)
    await shown(page, "error")
    assert await violations(page) == []
