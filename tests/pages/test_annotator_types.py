"""Each label type on the annotator's page in a real browser: with the mouse, and with the keyboard alone."""

import pytest
from playwright.async_api import Browser, Page, expect

from pages.handskit import drag_text
from pages.labelkit import answered, classes_of, open_desk, open_tasks

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

TEXT = {"kind": "text", "text": "🌾 Wheat from Köln went to Berlin."}
CANDIDATES = {
    "kind": "candidates",
    "prompt": "Explain tides.",
    "candidates": [{"id": name, "text": f"Answer {name}: the moon."} for name in "abc"],
}
CHOICES = {
    "kind": "multi_choice",
    "classes": classes_of("wheat", "corn", "ship", "trade"),
    "exclusive": [["wheat", "corn"]],
    "most": 2,
}
SPANS = {"kind": "spans", "classes": classes_of("place", "crop", attributes=["negated"]), "overlapping": True}


async def press(page: Page, *keys: str) -> None:
    """Press keys one after the other."""
    for key in keys:
        await page.keyboard.press(key)


async def test_several_classes(browser: Browser) -> None:
    async with open_desk(CHOICES, [TEXT, TEXT, TEXT]) as desk:
        page = await open_tasks(browser, desk)
        await page.click("[data-label=ship]")
        await page.click("[data-label=corn]")
        await page.click("[data-label=trade]")
        await expect(page.locator("#toast")).to_have_text("At most 2 labels. Remove one first.")
        await page.click("[data-label=wheat]")  # gives way to corn
        await page.click("#submit")
        assert await answered(page, desk, 1) == {"kind": "classes", "labels": ["wheat", "ship"]}
        await press(page, "4", "2", "4", "Enter")
        assert await answered(page, desk, 2) == {"kind": "classes", "labels": ["corn"]}
        await expect(page.locator("#submit")).to_contain_text("None applies")
        await press(page, "Enter")
        assert await answered(page, desk, 3) == {"kind": "classes", "labels": []}


@pytest.mark.parametrize("many", [40, 500])
async def test_one_of_many_classes_is_typed(browser: Browser, many: int) -> None:
    schema = {"kind": "single_choice", "classes": classes_of(*(f"species {n}" for n in range(many)))}
    async with open_desk(schema, [TEXT]) as desk:
        page = await open_tasks(browser, desk)
        await page.keyboard.type("species 39")
        await expect(page.locator("#labels button").first).to_have_attribute("data-label", "species 39")
        await press(page, "Enter")
        assert await answered(page, desk, 1) == {"label": "species 39"}


@pytest.mark.parametrize("many", [40, 500])
async def test_many_classes_are_typed(browser: Browser, many: int) -> None:
    names = [f"species {number}" for number in range(many)]
    schema = {"kind": "multi_choice", "classes": classes_of(*names), "most": None}
    async with open_desk(schema, [TEXT]) as desk:
        page = await open_tasks(browser, desk)
        await expect(page.locator("#filter-count")).to_have_text(f"{many} labels")
        await page.keyboard.type("species 3")
        await press(page, "Enter")
        await page.keyboard.type("39")
        await press(page, "Enter", "Control+Enter")
        assert await answered(page, desk, 1) == {"kind": "classes", "labels": ["species 3", "species 39"]}


async def test_one_class_by_its_shortcut(browser: Browser) -> None:
    schema = {
        "kind": "single_choice",
        "classes": [
            *classes_of("gold", shortcut="g", colour="#866300"),
            *classes_of("ship", shortcut=None, colour=None),
        ],
    }
    async with open_desk(schema, [TEXT, TEXT]) as desk:
        page = await open_tasks(browser, desk)
        await press(page, "g")  # the class, not the guideline
        assert await answered(page, desk, 1) == {"label": "gold"}
        await press(page, "Alt+g")
        await expect(page.locator("#guideline")).to_be_visible()
        await press(page, "Escape", "2")
        assert await answered(page, desk, 2) == {"label": "ship"}


async def test_spans_with_the_mouse(browser: Browser) -> None:
    async with open_desk(SPANS, [TEXT]) as desk:
        page = await open_tasks(browser, desk)
        await page.click("[data-label=place]")  # hold the class, then select
        await drag_text(page, 14, 16)  # within Köln
        await expect(page.locator("#spans li")).to_have_count(1)
        await page.get_by_label("negated").check()
        await page.click("[data-label=place]")  # let go
        await drag_text(page, 4, 22)
        await expect(page.locator("#selection")).to_contain_text("Wheat from")
        await page.click("[data-label=crop]")
        await expect(page.locator("#spans li")).to_have_count(2)
        await page.get_by_role("button", name="Remove place: Köln").click()
        await page.get_by_role("button", name="Undo step").click()
        await page.click("#submit")
        assert await answered(page, desk, 1) == {
            "kind": "spans",
            "spans": [
                {"label": "crop", "start": 2, "end": 22, "text": "Wheat from Köln went", "attributes": []},
                {"label": "place", "start": 13, "end": 17, "text": "Köln", "attributes": ["negated"]},
            ],
        }


async def test_spans_with_the_keyboard(browser: Browser) -> None:
    async with open_desk(SPANS, [TEXT, TEXT]) as desk:
        page = await open_tasks(browser, desk)
        await press(page, *["ArrowRight"] * 4)  # the ear of wheat, Wheat, from, Köln
        await expect(page.locator("#selection")).to_have_text("Selected: Köln")
        await press(page, "1")
        await press(page, "ArrowLeft", "Shift+ArrowRight", "2")  # from Köln, over the other span
        await press(page, "ArrowDown", "Delete", "Control+z")
        await press(page, "Enter")
        assert await answered(page, desk, 1) == {
            "kind": "spans",
            "spans": [
                {"label": "crop", "start": 8, "end": 17, "text": "from Köln", "attributes": []},
                {"label": "place", "start": 13, "end": 17, "text": "Köln", "attributes": []},
            ],
        }
        await press(page, ".", "ArrowRight", "1")  # by characters: the ear of wheat alone
        await press(page, "Enter")
        assert (await answered(page, desk, 2))["spans"] == [
            {"label": "place", "start": 0, "end": 1, "text": "🌾", "attributes": []}
        ]


async def test_a_pair(browser: Browser) -> None:
    two = CANDIDATES | {"candidates": CANDIDATES["candidates"][:2]}  # type: ignore[index]
    async with open_desk({"kind": "pair", "ties": True, "criterion": "helpfulness"}, [two] * 3) as desk:
        page = await open_tasks(browser, desk)
        await expect(page.locator("#text")).to_have_text("Explain tides.")
        await page.click("[data-choice=b]")
        assert await answered(page, desk, 1) == {"kind": "pair", "choice": "b"}
        await press(page, "1")
        assert await answered(page, desk, 2) == {"kind": "pair", "choice": "a"}
        await press(page, "0")
        assert await answered(page, desk, 3) == {"kind": "pair", "choice": None}


async def test_a_ranking(browser: Browser) -> None:
    async with open_desk({"kind": "ranking", "ties": True, "criterion": "truth"}, [CANDIDATES] * 2) as desk:
        page = await open_tasks(browser, desk)
        await press(page, "2", "Enter")
        await expect(page.locator("#toast")).to_have_text("Rank all candidates: 2 still to go.")
        await press(page, "1", "3", "ArrowUp", "ArrowUp", "1", "=", "Enter")
        assert await answered(page, desk, 1) == {"kind": "ranking", "order": [["c"], ["b", "a"]]}
        await page.drag_and_drop("[data-candidate=c]", "[data-gap='0']")
        await expect(page.locator("[data-rank='1'] [data-candidate=c]")).to_be_visible()
        await page.drag_and_drop("[data-candidate=a]", "[data-gap='0']")
        await expect(page.locator("[data-rank='1'] [data-candidate=a]")).to_be_visible()
        await page.drag_and_drop("[data-candidate=b]", "[data-rank='2'] .place")
        await page.click("#submit")
        assert await answered(page, desk, 2) == {"kind": "ranking", "order": [["a"], ["c", "b"]]}


async def test_a_rating(browser: Browser) -> None:
    schema = {"kind": "rating", "low": 1, "high": 5, "names": {"1": "bad", "5": "good"}}
    async with open_desk(schema, [TEXT] * 3) as desk:
        page = await open_tasks(browser, desk)
        await page.click("[data-value='5']")
        assert await answered(page, desk, 1) == {"kind": "rating", "value": 5}
        await press(page, "3")
        assert await answered(page, desk, 2) == {"kind": "rating", "value": 3}
        await press(page, "ArrowRight", "ArrowRight", "Enter")
        assert await answered(page, desk, 3) == {"kind": "rating", "value": 2}


async def test_a_number(browser: Browser) -> None:
    schema = {"kind": "number", "low": 0, "high": 10, "step": 0.5, "unit": "t"}
    async with open_desk(schema, [TEXT] * 2) as desk:
        page = await open_tasks(browser, desk)
        await page.keyboard.type("3,7")
        await expect(page.locator("#number-problem")).to_contain_text("steps of 0.5, such as 3.5")
        await press(page, "Backspace", "5", "ArrowUp", "Enter")
        assert await answered(page, desk, 1) == {"kind": "number", "value": 4}
        slider = page.get_by_label("Number by a slider")
        box = await slider.bounding_box()
        assert box is not None
        await page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        await page.click("#submit")
        assert await answered(page, desk, 2) == {"kind": "number", "value": 5}


async def test_a_text_is_kept_over_a_reload(browser: Browser) -> None:
    async with open_desk({"kind": "text", "most_characters": 20}, [TEXT]) as desk:
        page = await open_tasks(browser, desk)
        await page.keyboard.type("🌾 sold")
        await page.reload()
        await expect(page.locator("#written")).to_have_value("🌾 sold")
        await expect(page.locator("#written-count")).to_have_text("6 of 20 characters")
        await page.locator("#written").press("End")
        await page.keyboard.type(" out")
        await press(page, "Control+Enter")
        assert await answered(page, desk, 1) == {"kind": "text", "text": "🌾 sold out"}


@pytest.mark.parametrize("mode", ["shown", "hidden", "on_demand"])
async def test_a_prelabel_is_shown_hidden_or_revealed(browser: Browser, mode: str) -> None:
    guess = {
        "kind": "classes",
        "labels": ["corn"],
        "score": 0.7,
        "scores": {"corn": 0.7},
        "model": "m",
        "version": "1",
    }
    async with open_desk(CHOICES, [TEXT], prediction=guess, prelabel=mode) as desk:
        page = await open_tasks(browser, desk)
        prelabel = page.locator("#prelabel")
        await expect(prelabel).to_have_count(1 if mode == "shown" else 0)
        if mode == "on_demand":
            await press(page, "p")
            await expect(prelabel).to_contain_text("A model suggests corn (70 %)")
        await press(page, "p", "Enter")
        assert (await answered(page, desk, 1))["labels"] == ([] if mode == "hidden" else ["corn"])


async def test_the_last_answer_comes_back_into_its_editor(browser: Browser) -> None:
    async with open_desk(SPANS, [TEXT, TEXT]) as desk:
        page = await open_tasks(browser, desk)
        await press(page, "ArrowRight", "ArrowRight", "2", "Enter")
        await answered(page, desk, 1)
        await press(page, "u")
        await expect(page.locator("#last-text")).to_contain_text("crop: Wheat")
        await expect(page.locator("#spans li")).to_have_count(1)
        await press(page, "Delete", "Enter")  # nothing is chosen yet, so nothing is removed
        await expect(page.locator("#last")).to_have_count(0)
        assert (await answered(page, desk, 1))["spans"][0]["text"] == "Wheat"


async def test_an_image_and_a_conversation_are_shown(browser: Browser) -> None:
    image = {"kind": "image", "media": {"url": "/dot.png", "thumbnail": None, "width": 640, "height": 480}}
    talk = {
        "kind": "conversation",
        "turns": [{"role": "user", "text": "Hello"}, {"role": "assistant", "text": "Hi."}],
    }
    schema = {"kind": "single_choice", "classes": classes_of("yes", "no")}
    async with open_desk(schema, [image, talk]) as desk:
        page = await open_tasks(browser, desk)
        await expect(page.get_by_alt_text("The image to label")).to_be_visible()
        await press(page, "+", "+")
        await expect(page.locator(".zoom span")).to_have_text("196 %")
        await press(page, "0")
        await page.locator(".frame").hover()
        await page.mouse.wheel(0, -100)
        await expect(page.locator(".zoom span")).to_have_text("120 %")
        await press(page, "1")
        await answered(page, desk, 1)
        await expect(page.locator(".turn")).to_have_text(["User Hello", "Assistant Hi."])
