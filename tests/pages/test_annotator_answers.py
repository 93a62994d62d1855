"""Skips, the last answer and failures on the annotator's page, in a real browser."""

import asyncio

import pytest
from playwright.async_api import APIResponse, Browser, Route, expect

from pages.annotatorkit import TEXTS, Site, answer, go_back, key_of, shown, start

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.timeout(300)]
TRY_AGAIN_MS = 5000
"""Time from a failure to the page's next try."""


async def test_a_skip_has_a_reason(site: Site, browser: Browser) -> None:
    await site.jobs("news", TEXTS)
    page = await start(browser, site)
    await shown(page, "task")
    await page.keyboard.press("s")
    await expect(page.locator("#skip-dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#skip-dialog")).to_be_hidden()
    assert await site.heads() == []
    await page.keyboard.press("s")
    await page.get_by_role("button", name="Two or more labels fit").click()
    await expect(page.locator("#progress-yours")).to_contain_text("1 skip")
    await page.keyboard.press("s")
    await page.keyboard.press("5")
    await page.keyboard.press("Enter")
    await expect(page.locator("#other-problem")).to_have_text("Write a few words, or choose another reason.")
    await page.keyboard.type("It is in Finnish 12")
    await page.keyboard.press("Enter")
    await expect(page.locator("#progress-yours")).to_contain_text("2 skips")
    assert sorted(await site.heads(), key=str) == [
        ("ada", "skipped", None, "other", "It is in Finnish 12", 1),
        ("ada", "skipped", None, "several_classes", "", 1),
    ]
    queue = (await site.call("GET", "/v1/projects/news/queue")).json()["providers"]
    assert queue[0]["skips_by_reason"] == {"other": 1, "several_classes": 1}


async def test_the_last_answer_is_changed_after_a_reload_and_counts_once(
    site: Site, browser: Browser
) -> None:
    await site.jobs("news", TEXTS)
    page = await start(browser, site)
    await shown(page, "task")
    first = await page.locator("#text").inner_text()
    await answer(page, "1")
    elsewhere = await start(browser, site)  # another machine
    await shown(elsewhere, "task")
    await elsewhere.keyboard.press("u")
    await expect(elsewhere.locator("#text")).to_have_text(first)
    await expect(elsewhere.locator("#last-text")).to_contain_text("Your last answer was “gold”")
    await expect(elsewhere.locator("[data-label=gold]")).to_have_attribute("aria-pressed", "true")
    await elsewhere.keyboard.press("Escape")
    await expect(elsewhere.locator("#last")).to_be_hidden()
    await expect(elsewhere.locator("#text")).not_to_have_text(first)  # until then the page takes no key
    assert await site.heads() == [("ada", "submitted", "gold", None, "", 1)]
    await go_back(elsewhere)
    await elsewhere.keyboard.press("2")
    await expect(elsewhere.locator("#toast")).to_have_text("Changed to wheat")
    assert await site.heads() == [("ada", "updated", "wheat", None, "", 2)]
    assert [tuple(row) for row in await site.pool.fetch("SELECT answers FROM tasks WHERE answers > 0")] == [
        (1,)
    ]


async def test_the_last_answer_is_changed_when_the_job_is_closed_and_not_when_it_is_erased(
    site: Site, browser: Browser
) -> None:
    await site.jobs("news", ["Only one."], votes=2)
    page = await start(browser, site)
    await shown(page, "task")
    await answer(page, "1")
    await site.request("news", "Only one.", "cancel", votes=1)
    await page.reload()
    await shown(page, "empty")
    await page.keyboard.press("u")
    await expect(page.locator("#text")).to_have_text("Only one.")
    await page.keyboard.press("3")
    await expect(page.locator("#toast")).to_have_text("Changed to ship")
    assert await site.heads() == [("ada", "updated", "ship", None, "", 2)]
    await site.erase("news", "Only one.")
    await shown(page, "empty")
    await page.keyboard.press("u")
    await expect(page.locator("#toast")).to_have_text("Your last answer stays. This item was deleted.")


async def test_a_look_for_new_items_does_not_take_the_last_answer_away(site: Site, browser: Browser) -> None:
    await site.jobs("news", TEXTS[:1])
    page = await start(browser, site)
    await page.clock.install()
    await page.reload()  # so that all of the page's times are of this clock
    await shown(page, "task")
    await page.keyboard.press("1")
    await shown(page, "empty")
    looks, go_on = asyncio.Event(), asyncio.Event()

    async def wait(route: Route) -> None:
        looks.set()
        await go_on.wait()
        await route.continue_()

    await page.route("**/queue/next?*", wait)
    await page.clock.fast_forward(TRY_AGAIN_MS)  # the page looks for new items as often
    async with asyncio.timeout(60):
        await looks.wait()
    await go_back(page)
    async with page.expect_response("**/queue/next?*") as response:
        go_on.set()
    await (await response.value).finished()
    await page.keyboard.press("2")
    await expect(page.locator("#toast")).to_have_text("Changed to wheat")
    assert await site.heads() == [("ada", "updated", "wheat", None, "", 2)]


async def test_an_answer_is_kept_while_the_service_is_away(site: Site, browser: Browser) -> None:
    await site.jobs("news", TEXTS)
    page = await start(browser, site)
    await shown(page, "task")
    await site.stop()
    await page.keyboard.press("1")
    await expect(page.locator("#unsent")).to_contain_text(
        "No connection. Your answer “gold” is not saved yet."
    )
    await page.keyboard.press("2")  # there is one answer at a time
    await site.start()
    await expect(page.locator("#unsent")).to_be_hidden(timeout=20_000)
    await shown(page, "task")
    assert await site.heads() == [("ada", "submitted", "gold", None, "", 1)]


async def test_a_kept_answer_survives_a_reload(site: Site, browser: Browser) -> None:
    await site.jobs("news", TEXTS)
    page = await start(browser, site)
    await shown(page, "task")
    await page.route("**/annotations", lambda route: route.abort())
    await page.keyboard.press("1")
    await expect(page.locator("#unsent")).to_be_visible()
    await page.unroute("**/annotations")
    await page.reload()
    await shown(page, "task")
    assert await site.heads() == [("ada", "submitted", "gold", None, "", 1)]


async def test_an_answer_whose_receipt_is_lost_is_stored_and_counted_once(
    site: Site, browser: Browser
) -> None:
    await site.jobs("news", TEXTS)
    page = await start(browser, site)
    await shown(page, "task")
    lost: list[APIResponse] = []
    # The page tries again by itself, on a busy machine before the click: only a click ends the losses.
    await page.evaluate("addEventListener('click', () => (window.clicked = true), true)")

    async def lose_receipts(route: Route) -> None:
        if await page.evaluate("window.clicked"):
            await route.continue_()
        else:
            lost.append(await route.fetch())  # Shoal stores it
            await route.abort()

    await page.route("**/annotations", lose_receipts)
    await page.keyboard.press("1")
    await page.get_by_role("button", name="Try now").click()
    await expect(page.locator("#toast")).to_have_text("Labelled gold")
    await expect(page.locator("#progress-yours")).to_contain_text("You: 1 answer")
    assert lost[0].ok
    assert await site.heads() == [("ada", "submitted", "gold", None, "", 1)]


async def test_a_withdrawn_key_is_asked_for_and_the_answer_kept(site: Site, browser: Browser) -> None:
    await site.jobs("news", TEXTS)
    page = await start(browser, site)
    await shown(page, "task")
    site.project("news", "News desk", {"new": ["annotator"]})
    await page.keyboard.press("1")
    await shown(page, "setup")
    await expect(page.locator("#setup-problem")).to_contain_text("it was withdrawn, or mistyped")
    await expect(page.locator("#setup-problem")).to_contain_text("Your last answer is kept")
    await page.fill("#in-key", key_of("new"))
    await page.keyboard.press("Enter")
    await shown(page, "task")
    assert await site.heads() == [("ada", "submitted", "gold", None, "", 1)]


async def test_a_text_that_others_have_answered_is_said_in_words(site: Site, browser: Browser) -> None:
    await site.jobs("news", ["First."])
    page = await start(browser, site)
    await shown(page, "task")
    await site.request("news", "First.", "cancel", votes=1)
    await page.keyboard.press("1")
    await expect(page.locator("#toast")).to_have_text("Not saved. This item needs no more answers.")
    await shown(page, "empty")


@pytest.mark.parametrize("other_answers", [False, True])
async def test_after_its_lease_an_item_is_answered_by_whoever_comes_first(
    site: Site, browser: Browser, other_answers: bool
) -> None:
    await site.jobs("news", ["First."])
    page = await start(browser, site)
    await shown(page, "task")
    await site.pool.execute("UPDATE assignments SET leased_until = now() - interval '1 minute'")
    if other_answers:
        await site.answer("news", "bob", "wheat")
    await page.keyboard.press("1")
    words = "Not saved. Others have already answered this item." if other_answers else "Labelled gold"
    await expect(page.locator("#toast")).to_have_text(words)
    await shown(page, "empty")
    person, label = ("bob", "wheat") if other_answers else ("ada", "gold")
    assert await site.heads() == [(person, "submitted", label, None, "", 1)]


async def test_the_same_text_in_two_tabs_is_one_vote(site: Site, browser: Browser) -> None:
    await site.jobs("news", ["First."])
    one, two = await start(browser, site), await start(browser, site)
    for page in (one, two):
        await shown(page, "task")
    await one.keyboard.press("1")
    await shown(one, "empty")
    await two.keyboard.press("2")
    await expect(two.locator("#toast")).to_contain_text("You had answered this item in another window.")
    assert await site.heads() == [("ada", "updated", "wheat", None, "", 2)]
    await expect(two.locator("#progress-yours")).to_have_text("You: 1 answer · 1 today")


@pytest.mark.parametrize(
    ("status", "headers", "words"),
    [
        (429, {"retry-after": "1"}, "Shoal is busy"),
        (503, {}, "Shoal is not available"),
        (502, {}, "Shoal is not available"),
        (200, {}, "No connection"),  # the page of a hotel's network
    ],
)
async def test_a_failure_before_the_first_text_is_tried_again(
    site: Site, browser: Browser, status: int, headers: dict[str, str], words: str
) -> None:
    await site.jobs("news", TEXTS)
    page = await (await browser.new_context()).new_page()
    await page.add_init_script(
        f"localStorage.setItem('shoal.name','ada'); sessionStorage.setItem('shoal.key','{key_of('ann')}')"
    )
    await page.route(
        "**/v1/projects?*",
        lambda route: route.fulfill(status=status, headers=headers, body="<html>502 Bad Gateway"),
    )
    await page.clock.install()
    await page.goto(site.url)
    await expect(page.locator("#error-title")).to_have_text(words)
    assert "502" not in await page.locator("body").inner_text()
    await page.unroute("**/v1/projects?*")
    await page.clock.fast_forward(TRY_AGAIN_MS)
    await expect(page.locator("body")).to_have_attribute("data-view", "task")
