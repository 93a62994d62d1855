"""The annotator's page for everybody: other scripts, long names, other keyboards, phones, blocked storage."""

import asyncio

import pytest
from playwright.async_api import Browser, Page, Route, expect

from pages.handskit import CANDIDATES, TEXT
from pages.labelkit import answered, classes_of, open_desk, open_tasks
from pages.touchkit import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ARABIC = "تراجعت صادرات القمح في مارس (آذار)."
BY_MODEL = [item | {"id": f"model-{item['id']}"} for item in CANDIDATES]
PROMPT = {"kind": "candidates", "prompt": "Explain tides.", "candidates": BY_MODEL}
LONG = "Sebastes paucispinis (Bocaccio rockfish), juvenile, seen from above at less than two metres"
CHOICE = {"kind": "single_choice", "classes": classes_of("yes", "no")}
BLOCKED = """for (const name of ["localStorage", "sessionStorage"])
  Object.defineProperty(window, name, {get() { throw new DOMException("blocked", "SecurityError"); }});"""


async def press(page: Page, *keys: str) -> None:
    """Press keys one after the other."""
    for key in keys:
        await page.keyboard.press(key)


async def test_candidates_are_named_by_number_and_their_ids_never_shown(browser: Browser) -> None:
    guess = {"kind": "ranking", "order": [["model-b"], ["model-a", "model-c"]], "model": "m", "version": "1"}
    async with open_desk({"kind": "ranking"}, [PROMPT, PROMPT], prediction=guess) as desk:
        page = await open_tasks(browser, desk)
        await expect(page.locator("#prelabel")).to_contain_text("A model suggests 2 > 1 = 3.")
        await press(page, "3", "1", "2", "Enter")
        await expect(page.locator("#toast")).to_have_text("Labelled 3 > 1 > 2")
        await answered(page, desk, 1)
        await press(page, "u")
        await expect(page.locator("#last-text")).to_contain_text("“3 > 1 > 2”")
        assert "model-" not in await page.locator("body").inner_text()


async def test_a_reviewer_compares_candidates_by_number(browser: Browser) -> None:
    votes = [
        {"answer": {"kind": "pair", "choice": f"model-{name}"}, "code": None, "reason": "", "skill": 0.8}
        for name in "ab"
    ]
    dispute = {"votes": votes, "posterior": {"model-a": 0.5, "model-b": 0.4, "tie": 0.1}, "reason": ""}
    two = PROMPT | {"candidates": BY_MODEL[:2]}
    async with open_desk({"kind": "pair"}, [two], dispute=dispute) as desk:
        page = await open_tasks(browser, desk, lane="review")
        await expect(page.locator("#dispute-votes li b")).to_have_text(
            ["answer 1 is better", "answer 2 is better"]
        )
        await expect(page.locator("#dispute-posterior dt")).to_have_text(["Answer 1", "Answer 2", "tie"])


async def test_a_dispute_about_long_names_fits_a_phone(browser: Browser) -> None:
    votes = [
        {"answer": None, "label": name, "code": None, "reason": "", "skill": 0.8} for name in ("a", LONG)
    ]
    dispute = {"votes": votes, "posterior": {"a": 0.5, LONG: 0.5}, "reason": ""}
    schema = {"kind": "single_choice", "classes": classes_of("a", LONG)}
    async with open_desk(schema, [TEXT], dispute=dispute) as desk:
        page = await open_tasks(browser, desk, lane="review", **PHONE)
        card = await page.locator("#dispute").bounding_box()
        shares = [await item.bounding_box() for item in await page.locator("#dispute-posterior dd").all()]
        assert card is not None
        assert all(box and box["x"] + box["width"] < card["x"] + card["width"] for box in shares)


async def test_a_text_of_arabic_letters_starts_at_the_right(browser: Browser) -> None:
    async with open_desk(CHOICE, [{"kind": "text", "text": f"{ARABIC}\nWheat."}]) as desk:
        page = await open_tasks(browser, desk)
        spots = await page.evaluate(
            """() => {
                 const node = document.getElementById("text").firstChild, spots = [];
                 for (const at of [0, node.data.indexOf("."), node.data.indexOf("Wheat")]) {
                   const range = document.createRange();
                   range.setStart(node, at); range.setEnd(node, at + 1);
                   spots.push(range.getBoundingClientRect().x);
                 }
                 return spots;
               }"""
        )
        first_letter, full_stop, english = spots
        assert english < full_stop < first_letter


async def test_arrow_keys_select_the_way_the_text_is_read(browser: Browser) -> None:
    schema = {"kind": "spans", "classes": classes_of("crop")}
    async with open_desk(schema, [{"kind": "text", "text": ARABIC}]) as desk:
        page = await open_tasks(browser, desk)
        await press(page, *["ArrowLeft"] * 4, "ArrowRight", "1", "Enter")
        words = ARABIC.split(" ")
        assert (await answered(page, desk, 1))["spans"][0]["text"] == words[2]


async def test_classes_with_long_names_get_wide_buttons(browser: Browser) -> None:
    schema = {"kind": "single_choice", "classes": classes_of("fish", LONG)}
    async with open_desk(schema, [TEXT]) as desk:
        page = await open_tasks(browser, desk)
        box = await page.locator("[data-label]").last.bounding_box()
        assert box is not None
        assert box["width"] > 350
        assert box["height"] < 120


@pytest.mark.parametrize("kind", ["number", "text"])
async def test_keys_are_named_as_they_work_beside_a_field(browser: Browser, kind: str) -> None:
    scale = {"low": 0, "high": 10} if kind == "number" else {}
    async with open_desk({"kind": kind, **scale}, [TEXT]) as desk:
        page = await open_tasks(browser, desk)
        await expect(page.locator("#skip kbd")).to_have_text("Alt+S")
        await press(page, "Alt+s")
        await expect(page.locator("#skip-dialog")).to_be_visible()


@pytest.mark.parametrize("key", ["ы", "ß"])
async def test_the_page_s_keys_work_on_every_layout(browser: Browser, key: str) -> None:
    async with open_desk(CHOICE, [TEXT]) as desk:
        page = await open_tasks(browser, desk)
        event = {"key": key, "code": "KeyS", "altKey": key == "ß", "bubbles": True}
        await page.dispatch_event("#main", "keydown", event)
        await expect(page.locator("#skip-dialog")).to_be_visible()


async def test_two_labels_are_a_reason_only_where_one_is_chosen(browser: Browser) -> None:
    schema = {"kind": "multi_choice", "classes": classes_of("yes", "no")}
    async with open_desk(schema, [TEXT]) as desk:
        page = await open_tasks(browser, desk)
        await press(page, "s")
        reasons = page.locator("#skip-dialog [data-code]")
        await expect(reasons).to_have_count(4)
        await expect(page.locator("[data-code=several_classes]")).to_have_count(0)
        await press(page, "4")
        await expect(page.get_by_label("In your words")).to_be_focused()


async def test_the_ends_of_a_scale_are_named_on_a_phone(browser: Browser) -> None:
    schema = {"kind": "rating", "low": 1, "high": 5, "names": {"1": "bad", "5": "good"}}
    async with open_desk(schema, [TEXT]) as desk:
        page = await open_tasks(browser, desk, **PHONE)
        await expect(page.locator("[data-value='5'] small")).to_be_visible()
        tops = [await item.bounding_box() for item in await page.locator("[data-value]").all()]
        assert len({box["y"] for box in tops if box}) == 1  # in one row


async def test_a_slow_network_is_said_and_no_second_answer_sent(browser: Browser) -> None:
    schema = {"kind": "multi_choice", "classes": classes_of("yes", "no")}
    async with open_desk(schema, [TEXT]) as desk:
        page = await open_tasks(browser, desk)
        go_on = asyncio.Event()

        async def slow(route: Route) -> None:
            await go_on.wait()
            await route.continue_()

        await page.route("**/annotations", slow)
        await press(page, "1", "Enter")
        await expect(page.locator("#toast.on")).to_have_text("Sending …")
        await press(page, "2", "Enter")
        go_on.set()
        assert (await answered(page, desk, 1))["labels"] == ["yes"]
        await expect(page.locator("#toast")).to_have_text("Labelled yes")


async def test_without_the_browser_s_storage_answers_are_still_sent(browser: Browser) -> None:
    async with open_desk(CHOICE, [TEXT]) as desk:
        page = await (await browser.new_context()).new_page()
        page.on("pageerror", lambda error: pytest.fail(str(error)))
        await page.add_init_script(BLOCKED)
        await page.goto(f"{desk.url}/?project=p")
        await page.get_by_label("Your name").fill("ada")
        await press(page, "Enter")
        await expect(page.locator("[data-label=yes]")).to_be_visible()
        await press(page, "1")
        assert await answered(page, desk, 1) == {"label": "yes"}
