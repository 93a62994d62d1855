"""The bar at the top of the annotator's page on a phone: one line, and a menu with the rest."""

from typing import Literal

import pytest
from playwright.async_api import Browser, expect

from pages.handskit import TEXT
from pages.labelkit import classes_of, open_desk, open_tasks
from pages.test_annotator_accessibility import violations
from pages.touchkit import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

TITLE = "International newswire topics, second pilot of the grain and shipping desk"
NAME = "Maximiliane-Charlotte.von.Hohenlohe-Langenburg@customer.example"
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
ONE_LINE = 60  # pixels
CHOICE = {"kind": "single_choice", "classes": classes_of("yes", "no")}
IS_WIDE = "document.documentElement.scrollWidth > innerWidth"


async def test_on_a_phone_the_bar_is_one_line_and_its_menu_has_the_rest(browser: Browser) -> None:
    async with open_desk(CHOICE, [{"kind": "text", **TEXT}]) as desk:
        desk.title = TITLE
        page = await open_tasks(browser, desk, name=NAME, **PHONE)
        menu = page.locator("#menu")
        await expect(page.locator("#progress-waiting")).to_be_visible()
        bar = await page.locator(".bar").bounding_box()
        assert bar is not None
        assert bar["height"] <= ONE_LINE
        assert not await page.evaluate(IS_WIDE)
        await expect(page.get_by_role("button", name="Guideline")).to_be_visible()
        await expect(menu).to_be_hidden()
        await page.get_by_role("button", name="Menu").press("Enter")
        for words in (TITLE, NAME, "1 waiting for you", "Review (1)", "Change name or key"):
            await expect(menu.get_by_text(words, exact=True)).to_be_in_viewport(ratio=1)
        assert not await page.evaluate(IS_WIDE)
        for scheme in SCHEMES:
            await page.emulate_media(color_scheme=scheme)
            assert await violations(page) == []


async def test_escape_a_tap_elsewhere_and_tab_close_the_menu(browser: Browser) -> None:
    async with open_desk(CHOICE, [{"kind": "text", **TEXT}]) as desk:
        page = await open_tasks(browser, desk, **PHONE)
        button, menu = page.get_by_role("button", name="Menu"), page.locator("#menu")
        await button.tap()
        await page.keyboard.press("Escape")
        await expect(menu).to_be_hidden()
        await expect(button).to_be_focused()
        await button.tap()
        await page.touchscreen.tap(180, 600)
        await expect(menu).to_be_hidden()
        await button.tap()
        await page.locator("#person-button").focus()
        await page.keyboard.press("Tab")
        await expect(menu).to_be_hidden()
