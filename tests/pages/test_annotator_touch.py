"""The annotator's page on a phone, done with fingers."""

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from pages.labelkit import answered, classes_of, open_desk, open_tasks
from pages.picturekit import canvas_of, draw_picture, open_picture
from pages.test_annotator_types import CANDIDATES, SPANS, TEXT
from pages.touchkit import PHONE, fingers_on, middle_of, way_between

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

IMAGE = {"kind": "image", "media": {"url": "/dot.png", "thumbnail": None, "width": 640, "height": 480}}


async def test_candidates_are_ranked_by_dragging_their_grips(browser: Browser) -> None:
    async with open_desk({"kind": "ranking", "ties": True}, [CANDIDATES]) as desk:
        page = await open_tasks(browser, desk, **PHONE)
        fingers = await fingers_on(page)
        for name, target in (
            ("c", "[data-gap='0']"),
            ("a", "[data-gap='0']"),
            ("b", "[data-rank='2'] .place"),
        ):
            grip = f"[data-candidate={name}] .grip"
            await fingers.move(await way_between(page, grip, target))
            await expect(page.locator(f"#ranks [data-candidate={name}]")).to_be_visible()


async def test_a_finger_beside_the_grip_scrolls_and_ranks_nothing(browser: Browser) -> None:
    many = {**CANDIDATES, "candidates": [{"id": f"c{n}", "text": "word " * 90} for n in range(6)]}
    async with open_desk({"kind": "ranking", "ties": True}, [many]) as desk:
        page = await open_tasks(browser, desk, **PHONE)
        fingers = await fingers_on(page)
        await fingers.move(((150, 500), (150, 250)))
        scrolled = "() => [...document.querySelectorAll('main, .ranked p')].some(part => part.scrollTop > 50)"
        await page.wait_for_function(scrolled)
        await expect(page.locator("#ranks [data-candidate]")).to_have_count(0)


async def test_two_fingers_zoom_the_picture_to_draw_on_and_draw_nothing(browser: Browser) -> None:
    async with open_picture("boxes") as desk:
        canvas = await canvas_of(await open_tasks(browser, desk, **PHONE))
        image = canvas.page.locator("img.image").last
        before = await image.bounding_box()
        fingers = await fingers_on(canvas.page)
        x, y = canvas.place(0.5, 0.5)
        await fingers.move(((x - 30, y), (x - 90, y)), ((x + 30, y), (x + 90, y)))
        after = await image.bounding_box()
        assert before is not None
        assert after is not None
        assert after["width"] == pytest.approx(3 * before["width"], rel=0.25)
        await expect(canvas.page.locator("[data-object]")).to_have_count(0)


async def test_two_fingers_zoom_an_image_to_look_at_and_one_moves_it(browser: Browser) -> None:
    schema = {"kind": "single_choice", "classes": classes_of("yes", "no")}
    async with open_desk(schema, [IMAGE]) as desk:
        desk.image = draw_picture(640, 480)
        page = await open_tasks(browser, desk, **PHONE)
        await page.wait_for_function("document.querySelector('.sheet img').complete")
        fingers = await fingers_on(page)
        x, y = await middle_of(page, ".frame")
        await fingers.move(((x - 30, y), (x - 75, y)), ((x + 30, y), (x + 75, y)))
        percent = int((await page.locator(".zoom span").inner_text()).split()[0])
        assert percent == pytest.approx(250, rel=0.25)
        before = await page.locator(".sheet").bounding_box()
        await fingers.move(((x, y), (x + 40, y)))
        after = await page.locator(".sheet").bounding_box()
        assert before is not None
        assert after is not None
        assert after["x"] - before["x"] == pytest.approx(40, abs=2)


async def test_text_that_a_finger_selects_is_marked_by_a_class(browser: Browser) -> None:
    async with open_desk(SPANS, [TEXT]) as desk:
        page = await open_tasks(browser, desk, **PHONE)
        await page.tap("#text")  # the page knows that it is a finger
        await select_with_handles(page, 14, 20)  # from within Köln into went
        await expect(page.locator("#selection")).to_have_text("Selected: Köln went")
        await page.tap("[data-label=place]")
        await page.tap("#submit")
        [span] = (await answered(page, desk, 1))["spans"]
        assert (span["label"], span["text"]) == ("place", "Köln went")


async def select_with_handles(page: Page, start: int, end: int) -> None:
    """Select UTF-16 offsets of the text, as the handles of the browser's selection do."""
    await page.evaluate(
        """([start, end]) => {
             const walker = document.createTreeWalker(document.getElementById('text'), NodeFilter.SHOW_TEXT);
             const nodes = [];
             for (let node = walker.nextNode(); node; node = walker.nextNode()) nodes.push(node);
             const at = offset => {
               for (const node of nodes) {
                 if (offset <= node.length) return [node, offset];
                 offset -= node.length;
               }
             };
             getSelection().setBaseAndExtent(...at(start), ...at(end));
           }""",
        [start, end],
    )


@pytest.mark.parametrize("kind", ["number", "rating", "text"])
async def test_scales_and_texts_are_answered_with_a_finger(browser: Browser, kind: str) -> None:
    schemas: dict[str, dict[str, Any]] = {
        "number": {"kind": "number", "low": 0, "high": 10, "step": 1},
        "rating": {"kind": "rating", "low": 1, "high": 5},
        "text": {"kind": "text", "most_characters": 20},
    }
    async with open_desk(schemas[kind], [TEXT]) as desk:
        page = await open_tasks(browser, desk, **PHONE)
        if kind == "rating":
            await page.tap("[data-value='4']")
        else:
            await page.tap("#number" if kind == "number" else "#written")
            await page.keyboard.type("7")
            await page.tap("#submit")
        wanted = {"number": ("value", 7), "rating": ("value", 4), "text": ("text", "7")}
        name, value = wanted[kind]
        assert (await answered(page, desk, 1))[name] == value
