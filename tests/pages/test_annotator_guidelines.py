"""A guideline that changes while somebody labels, before the gateway."""

import pytest
from playwright.async_api import Browser, expect

from pages.annotatorkit import CLASSES, TEXTS, Site, answer, shown, start

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.timeout(300)]


async def test_a_changed_guideline_is_said_and_marked_until_it_is_read(site: Site, browser: Browser) -> None:
    await site.jobs("news", TEXTS)
    page = await start(browser, site)
    await shown(page, "task")
    site.guideline("news", CLASSES, title="Topics", minor=1)
    await answer(page, "1")
    await expect(page.locator("#toast")).to_contain_text("The guideline has changed: this is version 1.1.")
    button = page.locator("#guideline-button")
    await expect(button).to_contain_text("new")
    await page.keyboard.press("g")
    await expect(page.locator("#guideline")).to_contain_text("Version 1.1")
    await expect(button).not_to_contain_text("new")


async def test_an_item_from_before_a_new_major_version_says_that_it_keeps_its_labels(
    site: Site, browser: Browser
) -> None:
    await site.jobs("news", TEXTS)
    page = await start(browser, site)
    await shown(page, "task")
    await expect(page.locator("#earlier")).to_have_count(0)
    site.guideline("news", {"metal": "", "food": ""}, title="Topics", major=2)
    await answer(page, "1")
    await expect(page.locator("#earlier")).to_contain_text("before the guideline's version 2.0")
    await expect(page.locator("[data-label]")).to_have_count(len(CLASSES))
