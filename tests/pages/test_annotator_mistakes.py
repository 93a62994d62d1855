"""Mistakes that people make on the annotator's page, and the way back: undo, redo, and their own answer."""

import pytest
from playwright.async_api import Browser, expect

from pages.annotatorkit import open_page
from pages.labelkit import classes_of, open_desk, open_tasks
from pages.picturekit import canvas_of, open_canvas, open_picture
from pages.test_annotator_types import CANDIDATES, CHOICES, SPANS, TEXT
from pages.test_annotator_types import press as press_keys
from pages.touchkit import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

RANKING = {"kind": "ranking", "ties": True}
MANY = classes_of("fish", *(f"species {number}" for number in range(40)))
KOELN = {"label": "place", "start": 13, "end": 17, "text": "Köln", "attributes": []}


@pytest.mark.parametrize(
    ("schema", "content", "keys", "parts"),
    [
        (RANKING, CANDIDATES, ("3", "2"), "#ranks [data-candidate]"),
        (CHOICES, TEXT, ("1", "3"), ".chip"),
    ],
    ids=["ranking", "multi_choice"],
)
async def test_undo_takes_back_the_steps_of_this_item_and_never_leaves_it(
    browser: Browser, schema: dict[str, object], content: dict[str, object], keys: tuple[str, ...], parts: str
) -> None:
    async with open_desk(schema, [content, content]) as desk:
        desk.answers.append({"kind": "text", "text": "an earlier answer"})  # which Ctrl+Z could go back to
        page = await open_tasks(browser, desk)
        done = page.locator(parts)
        await press_keys(page, *keys)
        steps = await done.count()
        assert steps > 0
        await press_keys(page, *["Control+z"] * 3)
        await expect(done).to_have_count(0)
        await expect(page.locator("#last")).to_have_count(0)
        await press_keys(page, "Control+y", "Control+Shift+z")
        await expect(done).to_have_count(steps)


async def test_a_copied_suggestion_gives_the_own_answer_back(browser: Browser) -> None:
    guess = {"kind": "text", "text": "The model's.", "model": "m", "version": "1"}
    async with open_desk({"kind": "text"}, [TEXT], prediction=guess) as desk:
        page = await open_tasks(browser, desk)
        field, own = page.locator("#written"), page.get_by_role("button", name="Put my answer back")
        await press_keys(page, "Alt+p")
        await expect(field).to_have_value("The model's.")
        await expect(own).to_have_count(0)  # there was none
        await field.fill("Mine.")
        await press_keys(page, "Alt+p")
        await expect(field).to_have_value("The model's.")
        await own.click()
        await expect(field).to_have_value("Mine.")


async def test_undo_brings_back_the_spans_that_a_copied_suggestion_replaced(browser: Browser) -> None:
    guess = {"kind": "spans", "spans": [KOELN], "model": "m", "version": "1"}
    async with open_desk(SPANS, [TEXT], prediction=guess) as desk:
        page = await open_tasks(browser, desk)
        marked = page.locator("#spans .object")
        await press_keys(page, "ArrowRight", "ArrowRight", "2")
        await expect(marked).to_have_text(["crop Wheat"])
        await press_keys(page, "p")
        await expect(marked).to_have_text(["place Köln"])
        await press_keys(page, "Control+z")
        await expect(marked).to_have_text(["crop Wheat"])


async def test_keys_of_the_picture_work_in_the_filter_of_many_classes_and_boxes_lie_side_by_side(
    browser: Browser,
) -> None:
    async with open_picture("boxes") as desk:
        desk.schema["classes"] = MANY
        page = (await open_canvas(browser, desk)).page
        for number in (1, 2, 3):
            await page.locator("#filter").focus()
            await press_keys(page, "Alt+n")
            await expect(page.locator("[data-object]")).to_have_count(number)
        await page.locator("#filter").focus()
        await press_keys(page, "Control+z", "Control+Enter")
        await expect(page.locator("body")).to_have_attribute("data-view", "empty")
        first, second = desk.answers[0]["boxes"]
        assert second["left"] - first["left"] > 0.03
        assert second["top"] - first["top"] > 0.03


async def test_a_new_box_leaves_the_picture_where_it_is_on_a_phone(browser: Browser) -> None:
    async with open_picture("boxes") as desk:
        desk.schema["classes"] = MANY
        page = (await open_canvas(browser, desk, **PHONE)).page
        await page.get_by_role("button", name="New box in the middle").click()
        row = page.locator(".shape-objects .shape-row")
        await expect(row).to_have_count(1)
        await page.evaluate("new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        assert await page.evaluate("document.querySelector('main').scrollTop") == 0
        classes = await page.locator("#labels").bounding_box()
        assert classes is not None
        assert classes["height"] < 300  # so that the objects are not far below all classes


async def test_boxes_that_are_refused_stay_to_be_corrected(browser: Browser) -> None:
    refusal = {"title": "Unknown label", "detail": "no class fish", "field": "boxes.0.label"}
    async with open_picture("boxes") as desk:
        page = await open_page(browser, f"{desk.url}/?project=p", name="ada")
        await canvas_of(page)
        await press_keys(page, "n")
        desk.tasks[0]["schema"] = {**desk.schema, "classes": classes_of("trout")}
        await page.route("**/annotations", lambda route: route.fulfill(status=422, json=refusal))
        await press_keys(page, "Control+Enter")
        toast = page.locator("#toast")
        await expect(toast).to_contain_text("The labels of this project have changed.")
        await expect(page.locator("[data-label=trout]")).to_be_visible()
        await page.unroute("**/annotations")
        await canvas_of(page)
        await press_keys(page, "Control+Enter")
        await expect(toast).to_contain_text("The label of box 1, fish, is not in the guideline any more.")
        await page.locator("[data-object='0']").focus()
        await press_keys(page, "1", "Control+Enter")
        await expect(page.locator("body")).to_have_attribute("data-view", "empty")
        assert [box["label"] for box in desk.answers[0]["boxes"]] == ["trout"]
