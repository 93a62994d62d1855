"""Boxes and polygons on a picture, drawn in Chromium with the mouse, a finger, and the keyboard alone."""

import asyncio
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, FloatRect, Locator, Route, expect

from pages.annotatorkit import open_page
from pages.picturekit import Canvas, canvas_of, open_canvas, open_picture
from pages.test_annotator_accessibility import violations

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

WHEEL = 200  # pixels of a turn of the wheel
NEAR = 0.012  # a screen pixel and the reach of snapping


def box(label: str, left: float, top: float, right: float, bottom: float) -> dict[str, Any]:
    """Return a box of an answer."""
    return {"label": label, "left": left, "top": top, "right": right, "bottom": bottom, "attributes": []}


def vote(*boxes: dict[str, Any]) -> dict[str, Any]:
    """Return a vote of a dispute."""
    answer = {"kind": "boxes", "width": 640, "height": 480, "boxes": list(boxes)}
    return {"answer": answer, "code": None, "reason": "", "skill": 0.9}


async def submit(canvas: Canvas) -> None:
    """Send the answer and wait until the page has moved on."""
    await canvas.page.keyboard.press("Control+Enter")
    await expect(canvas.page.locator("body")).to_have_attribute("data-view", "empty")


async def zoom(canvas: Canvas, image: Locator, steps: int) -> FloatRect:
    """Turn the wheel at a quarter of the fitted picture, and return where the picture is."""
    count = "turn => { window.left = turn; window.onwheel = ({deltaY}) => { left += deltaY; }; }"
    await canvas.page.evaluate(count, WHEEL * steps)
    await canvas.page.mouse.move(*canvas.place(0.25, 0.25))
    for _ in range(steps):
        await canvas.page.mouse.wheel(0, -WHEEL)
    await canvas.page.wait_for_function("window.left === 0")
    place = await image.bounding_box()
    assert place is not None
    return place


async def test_a_box_is_drawn_moved_resized_and_named_with_the_mouse(browser: Browser) -> None:
    async with open_picture("boxes") as desk:
        canvas = await open_canvas(browser, desk)
        await canvas.drag((0.2, 0.25), (0.4, 0.45))
        await canvas.drag((0.3, 0.35), (0.4, 0.35))  # inside the selected box: moves it
        await canvas.drag((0.5, 0.45), (0.6, 0.6))  # its lower right corner
        await canvas.page.keyboard.press("v")
        await canvas.page.keyboard.press("Shift+1")
        await submit(canvas)
        assert (desk.answers[0]["width"], desk.answers[0]["height"]) == (640, 480)
        drawn = desk.answers[0]["boxes"][0]
        assert (drawn["label"], drawn["attributes"]) == ("diver", ["occluded"])
        sides = [drawn[side] for side in ("left", "top", "right", "bottom")]
        assert sides == pytest.approx([0.3, 0.25, 0.6, 0.6], abs=NEAR)


@pytest.mark.parametrize("kind", ["boxes", "polygons"])
async def test_a_picture_whose_size_nobody_knows_is_measured(browser: Browser, kind: str) -> None:
    async with open_picture(kind, is_measured=False) as desk:
        canvas = await open_canvas(browser, desk)
        await canvas.page.keyboard.press("n")
        await submit(canvas)
        assert (desk.answers[0]["width"], desk.answers[0]["height"]) == (640, 480)
        [shape] = desk.answers[0][kind]
        places = [shape["left"], shape["right"]] if kind == "boxes" else [x for x, _ in shape["points"]]
        assert [min(places), max(places)] == pytest.approx([0.375, 0.625], abs=1e-5)


@pytest.mark.parametrize("is_measured", [True, False])
async def test_no_boxes_are_an_answer_only_after_the_picture_was_shown(
    browser: Browser, is_measured: bool
) -> None:
    gate = asyncio.Event()

    async def show_later(route: Route) -> None:
        await gate.wait()
        await route.continue_()

    async with open_picture("boxes", is_measured=is_measured) as desk:
        page = await open_page(browser, "about:blank", name="ada")
        await page.route("**/dot.png", show_later)
        await page.goto(f"{desk.url}/?project=p")
        await expect(page.locator("#submit")).to_be_visible()
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#toast")).to_contain_text("The picture is not shown yet")
        gate.set()
        canvas = await canvas_of(page)
        await submit(canvas)
        assert desk.answers == [{"kind": "boxes", "width": 640, "height": 480, "boxes": []}]


async def test_a_picture_that_does_not_load_can_only_be_skipped(browser: Browser) -> None:
    async with open_picture("boxes", is_measured=False) as desk:
        page = await open_page(browser, "about:blank", name="ada")
        await page.route("**/dot.png", lambda route: route.abort())
        await page.goto(f"{desk.url}/?project=p")
        await expect(page.get_by_role("alert").filter(has_text="picture")).to_contain_text("cannot be shown")
        await page.keyboard.press("Control+Enter")
        await expect(page.locator("#toast")).to_contain_text("skip it with a reason")
        assert desk.answers == []


async def test_a_box_is_placed_with_the_keyboard_alone(browser: Browser) -> None:
    async with open_picture("boxes") as desk:
        canvas = await open_canvas(browser, desk)
        keys = canvas.page.keyboard
        await keys.press("n")
        before = await canvas.page.evaluate("document.activeElement.getAttribute('aria-label')")
        for _ in range(3):
            await keys.press("ArrowRight")
        await keys.press("Shift+ArrowDown")
        await keys.press(".")  # the upper left corner
        await keys.press("ArrowLeft")
        await keys.press("2")
        await submit(canvas)
        assert before == "fish, box 1 of 1"
        placed = desk.answers[0]["boxes"][0]
        assert placed["label"] == "coral"
        assert (placed["right"] - placed["left"]) * 640 == pytest.approx(161, abs=40)
        assert (placed["left"] + placed["right"]) / 2 * 640 == pytest.approx(320 + 2.5, abs=0.01)
        assert (placed["top"] + placed["bottom"]) / 2 * 480 == pytest.approx(240 + 10, abs=0.01)


async def test_undo_duplicate_delete_and_tab_through_the_boxes(browser: Browser) -> None:
    async with open_picture("boxes") as desk:
        canvas = await open_canvas(browser, desk)
        keys, heading = canvas.page.keyboard, canvas.page.locator("#objects-heading")
        await canvas.drag((0.2, 0.2), (0.3, 0.3))
        await keys.press("d")
        await keys.press("d")
        await expect(heading).to_have_text("3 boxes")
        await keys.press("Delete")
        await expect(heading).to_have_text("2 boxes")
        await keys.press("Control+z")
        await expect(heading).to_have_text("3 boxes")
        await keys.press("Control+z")
        await keys.press("Control+y")
        await expect(heading).to_have_text("3 boxes")
        names = canvas.page.locator("[data-object]")
        await names.nth(0).focus()
        await keys.press("Tab")
        await expect(names.nth(1)).to_be_focused()
        await expect(names.nth(1)).to_have_attribute("aria-pressed", "true")
        await keys.press("h")
        await expect(names).to_have_count(0)


async def test_a_box_near_the_edge_snaps_to_it_and_never_leaves_the_picture(browser: Browser) -> None:
    async with open_picture("boxes") as desk:
        canvas = await open_canvas(browser, desk)
        await canvas.drag((0.006, 0.4), (0.2, 0.6))
        await canvas.drag((0.1, 0.5), (0.1, 1.4))
        await submit(canvas)
        drawn = desk.answers[0]["boxes"][0]
        assert (drawn["left"], drawn["bottom"]) == (0, 1)
        assert drawn["bottom"] - drawn["top"] == pytest.approx(0.2, abs=NEAR)


async def test_the_model_s_boxes_are_shown_copied_and_sent(browser: Browser) -> None:
    boxes = [box("fish", 0.2, 0.25, 0.34, 0.41), box("coral", 0.6, 0.3, 0.74, 0.46)]
    prediction = {"kind": "boxes", "width": 640, "height": 480, "boxes": boxes, "model": "m", "version": "1"}
    async with open_picture("boxes", prediction=prediction) as desk:
        canvas = await open_canvas(browser, desk)
        await expect(canvas.page.locator("g.ghost")).to_have_count(2)
        await canvas.page.keyboard.press("Alt+p")  # a class has a letter, so the page's own keys need Alt
        await expect(canvas.page.locator("[data-object]")).to_have_count(2)
        await expect(canvas.page.locator("g.ghost")).to_have_count(0)
        await submit(canvas)
        assert desk.answers[0]["boxes"] == boxes


async def test_a_polygon_that_crosses_itself_is_not_sent_until_it_is_mended(browser: Browser) -> None:
    async with open_picture("polygons") as desk:
        canvas = await open_canvas(browser, desk)
        for point in [(0.3, 0.3), (0.5, 0.5), (0.5, 0.3), (0.3, 0.5)]:
            await canvas.click(*point)
        await canvas.click(0.3, 0.3)  # the first point again closes it
        await canvas.page.keyboard.press("Control+Enter")
        await expect(canvas.page.locator("#toast")).to_contain_text("crosses itself")
        assert desk.answers == []
        await canvas.drag((0.5, 0.5), (0.4, 0.2))
        await canvas.click(0.3, 0.5)  # chooses that point
        await canvas.page.keyboard.press("Delete")
        await submit(canvas)
        points = desk.answers[0]["polygons"][0]["points"]
        assert [round(value, 1) for point in points for value in point] == [0.3, 0.3, 0.4, 0.2, 0.5, 0.3]


async def test_a_polygon_is_placed_and_given_points_with_the_keyboard_alone(browser: Browser) -> None:
    async with open_picture("polygons") as desk:
        canvas = await open_canvas(browser, desk)
        for key in ["n", ".", "Shift+ArrowLeft", "i", "Shift+ArrowUp"]:
            await canvas.page.keyboard.press(key)
        await submit(canvas)
        points = desk.answers[0]["polygons"][0]["points"]
        assert len(points) == 5
        assert points[0][0] == pytest.approx(points[4][0] - 10 / 640, abs=1e-5)
        assert points[1][1] == pytest.approx(points[0][1] - 10 / 480, abs=1e-5)


async def test_a_wheel_zooms_at_the_pointer_and_space_moves_the_picture(browser: Browser) -> None:
    async with open_picture("boxes", width=6000, height=4000) as desk:
        canvas = await open_canvas(browser, desk)
        image = canvas.page.locator("img.image").last
        small = await zoom(canvas, image, 0)
        before = await zoom(canvas, image, 8)
        after = await zoom(canvas, image, 3)
        x = canvas.place(0.25, 0.25)[0]
        assert before["width"] > 3 * small["width"]
        assert after["width"] > 1.5 * before["width"]
        share = (x - before["x"]) / before["width"]
        assert (x - after["x"]) / after["width"] == pytest.approx(share, abs=0.002)
        await canvas.page.keyboard.down(" ")
        await canvas.drag((0.5, 0.5), (0.45, 0.45))
        await canvas.page.keyboard.up(" ")
        moved = await zoom(canvas, image, 0)
        assert moved["x"] < after["x"]
        await expect(canvas.page.locator("[data-object]")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_in_the_editor_and_in_a_dispute(
    browser: Browser, scheme: Literal["light", "dark"]
) -> None:
    dispute = {
        "votes": [
            vote(box("fish", 0.2, 0.25, 0.34, 0.41), box("coral", 0.6, 0.3, 0.74, 0.46)),
            vote(box("fish", 0.21, 0.26, 0.35, 0.42), box("diver", 0.61, 0.3, 0.74, 0.46)),
        ],
        "posterior": {},
        "reason": "",
    }
    async with open_picture("boxes", dispute=dispute) as desk:
        canvas = await open_canvas(browser, desk, "review", color_scheme=scheme)
        await expect(canvas.page.locator(".votes-view")).to_contain_text("1 of 2 boxes agree")
        await expect(canvas.page.locator(".votes-view")).to_contain_text("different classes")
        await canvas.page.keyboard.press("n")
        assert await violations(canvas.page) == []


async def test_a_finger_draws_on_a_phone_and_the_page_does_not_scroll_sideways(browser: Browser) -> None:
    async with open_picture("boxes") as desk:
        phone = {"width": 360, "height": 740}
        canvas = await open_canvas(browser, desk, viewport=phone, has_touch=True, is_mobile=True)
        client = await canvas.page.context.new_cdp_session(canvas.page)
        for kind, point in [("touchStart", (0.2, 0.2)), ("touchMove", (0.4, 0.4)), ("touchMove", (0.6, 0.6))]:
            x, y = canvas.place(*point)
            await client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
        await client.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        await expect(canvas.page.locator("[data-object]")).to_have_count(1)
        assert await canvas.page.evaluate("document.documentElement.scrollWidth") == 360
        assert await violations(canvas.page) == []
