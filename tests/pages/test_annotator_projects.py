"""Projects, progress and layout of the annotator's page, in a real browser."""

import re

import pytest
from playwright.async_api import Browser, expect

from pages.annotatorkit import (
    ADMIN,
    CLASSES,
    TEXTS,
    Site,
    answer,
    go_back,
    key_of,
    open_page,
    open_site,
    shown,
    start,
)

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.timeout(300)]


async def test_a_key_of_one_project_goes_straight_in(site: Site, browser: Browser) -> None:
    await site.jobs("news", TEXTS)
    page = await open_page(browser, site.url)
    await shown(page, "setup")
    await page.fill("#in-name", "ada")
    await page.fill("#in-key", key_of("ann"))
    await page.keyboard.press("Enter")
    await shown(page, "task")
    assert page.url == f"{site.url}/?project=news"
    await expect(page.locator("#project-name")).to_have_text("News desk")
    await expect(page.locator("#projects-link")).to_be_hidden()
    await expect(page.locator("#lane-link")).to_be_hidden()


async def test_a_key_of_several_projects_opens_a_list_with_a_link_to_each(
    site: Site, browser: Browser
) -> None:
    site.project("empty-one")
    site.project("sport", "Sport")
    site.guideline("sport", CLASSES, title="Games")
    await site.jobs("news", TEXTS)
    page = await start(browser, site, query="", key=ADMIN)
    await shown(page, "projects")
    cards = page.locator("#projects li")
    await expect(cards).to_have_count(3)
    await expect(cards.nth(0)).to_contain_text("No guideline yet")
    await expect(cards.nth(1)).to_contain_text("news · Topics · version 1.0")
    await expect(cards.nth(1).get_by_role("link", name="Label 3 waiting")).to_be_visible()
    await cards.nth(1).get_by_role("link", name="Label").click()
    await shown(page, "task")
    await page.get_by_role("link", name="Projects").click()
    await shown(page, "projects")


@pytest.mark.parametrize(
    ("query", "key", "view", "words"),
    [
        ("", "bot", "setup", "This key does not allow labelling"),
        ("", "wrong", "setup", "Your key does not work"),
        ("", "", "setup", "Enter your key"),
        ("?project=none", "ann", "error", "Your key opens no project with this name"),
        ("?project=none", ADMIN, "error", "Your key opens no project with this name"),
        ("?project=news&lane=review", "ann", "error", "Your key does not allow reviews"),
    ],
)
async def test_a_key_that_opens_nothing_gets_words(
    site: Site, browser: Browser, query: str, key: str, view: str, words: str
) -> None:
    page = await start(browser, site, query=query, key=key)
    await shown(page, view)
    text = await page.locator("main").inner_text()
    assert words in text
    assert not re.search(r"\b[45]\d\d\b|HTTP|JSON|\{", text)


async def test_a_project_without_a_guideline_and_no_project_at_all_get_words(
    migrated_dsn: str, browser: Browser
) -> None:
    async with open_site(migrated_dsn) as site:
        page = await start(browser, site, query="", key=ADMIN)
        await expect(page.locator("#error-title")).to_have_text("No project to work on")
        site.project("news")
        await page.click("#retry")
        await expect(page.locator("#error-title")).to_have_text("Not ready for labelling")


async def test_progress_counts_own_work_and_never_shrinks(site: Site, browser: Browser) -> None:
    await site.jobs("news", TEXTS, votes=2)
    page = await start(browser, site)
    await shown(page, "task")
    yours, waiting = page.locator("#progress-yours"), page.locator("#progress-waiting")
    await expect(yours).to_have_text("You: 0 answers")
    await expect(waiting).to_have_text("3 waiting for you")
    await answer(page, "1")
    await expect(yours).to_have_text("You: 1 answer · 1 today")
    await site.jobs("news", ["A fourth text.", "A fifth text."])  # new work, and answers of others
    for _ in range(3):
        await site.answer("news", "bob", "gold")
    await page.reload()
    await shown(page, "task")
    await expect(yours).to_have_text("You: 1 answer · 1 today")
    await go_back(page)
    await page.keyboard.press("2")  # a changed answer is no further answer
    await expect(page.locator("#toast")).to_have_text("Changed to wheat")
    await expect(yours).to_have_text("You: 1 answer · 1 today")
    await go_back(page)
    await page.keyboard.press("t")
    await expect(page.locator("#toast")).to_have_text("Took back wheat")
    await expect(yours).to_have_text("You: 1 answer · 1 today")
    await answer(page, "1")
    await expect(yours).to_have_text("You: 1 answer · 1 today")
    await page.keyboard.press("s")
    await page.keyboard.press("4")
    await expect(yours).to_have_text("You: 1 answer · 1 today · 1 skip")


@pytest.mark.parametrize("viewport", [(390, 844), (640, 400)])
async def test_nothing_is_wider_than_a_phone_or_a_window_at_200_percent(
    site: Site, browser: Browser, viewport: tuple[int, int]
) -> None:
    site.guideline(
        "news",
        {**CLASSES, "w" * 150: ""},
        title="T" * 150,
        text="x" * 300 + "\n\n|" + "a|" * 30 + "\n|" + "-|" * 30,
    )
    await site.jobs("news", ["word " * 400, "y" * 400])
    size = {"width": viewport[0], "height": viewport[1]}
    page = await start(browser, site, key=ADMIN, viewport=size)
    await shown(page, "task")
    for press in ("", "g", "Escape", "s"):
        if press:
            await page.keyboard.press(press)
        assert await page.evaluate("document.documentElement.scrollWidth") == viewport[0]
