"""Each label type done on the annotator's page: with the mouse, and with the keyboard alone."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Page, expect

from pages.jobkit import IMAGE
from pages.picturekit import canvas_of

Work = Callable[[Page], Awaitable[None]]
TEXT = {"text": "🌾 Wheat from Köln went to Berlin."}
TURNS = [{"role": "user", "text": "Where is wheat?"}, {"role": "assistant", "text": "In Köln."}]
TALK = "user: Where is wheat?\nassistant: In Köln."  # what spans of the turns count in
CANDIDATES = [{"id": name, "text": f"Answer {name}: the moon.", "model": "secret"} for name in "abc"]
NAMES = [{"name": "wheat"}, {"name": "corn"}, {"name": "ship"}]
THINGS = [{"name": "fish", "attributes": ["occluded"]}, {"name": "coral", "attributes": ["bleached"]}]
PLACES = [{"name": "place"}, {"name": "crop", "attributes": ["negated"]}]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A label schema, a content, and how a person gives two answers to it."""

    schema: Mapping[str, Any]
    content: Mapping[str, Any]
    mouse: Work
    pointed: Mapping[str, Any]  # the answer of the mouse
    keyboard: Work
    pressed: Mapping[str, Any]  # the answer of the keyboard


def clicks(*places: str) -> Work:
    """Return a person who clicks elements, by selectors."""

    async def work(page: Page) -> None:
        for place in places:
            await page.click(place)

    return work


def keys(*names: str, text: str = "") -> Work:
    """Return a person who types a text and presses keys."""

    async def work(page: Page) -> None:
        await page.keyboard.type(text)
        for name in names:
            await page.keyboard.press(name)

    return work


async def drag_text(page: Page, start: int, end: int) -> None:
    """Drag the mouse over UTF-16 offsets of the text."""
    places = await page.evaluate(
        """ends => ends.map(end => {
             let rest = end;
             const walker = document.createTreeWalker(document.getElementById('text'), NodeFilter.SHOW_TEXT);
             for (let node = walker.nextNode(); node; node = walker.nextNode()) {
               if (rest <= node.length) {
                 const range = document.createRange();
                 range.setStart(node, rest); range.setEnd(node, rest);
                 const box = range.getBoundingClientRect();
                 return [box.x, box.y + box.height / 2];
               }
               rest -= node.length;
             }
           })""",
        [start, end],
    )
    await page.mouse.move(*places[0])
    await page.mouse.down()
    await page.mouse.move(places[1][0] + 1, places[1][1], steps=5)
    await page.mouse.up()


async def _draw_box(page: Page) -> None:
    canvas = await canvas_of(page)
    await canvas.drag((0.2, 0.25), (0.34, 0.41))
    await page.click("[data-label=coral]")
    await page.get_by_label("bleached").check()
    await page.click("#submit")


async def _draw_polygon(page: Page) -> None:
    canvas = await canvas_of(page)
    for point in [(0.2, 0.3), (0.4, 0.2), (0.5, 0.6), (0.2, 0.3)]:  # the first point again closes it
        await canvas.click(*point)
    await page.click("[data-label=coral]")
    await page.click("#submit")


async def _place_shape(page: Page, *names: str) -> None:
    await canvas_of(page)  # a person waits for the picture
    await keys("n", *names, "2", "Shift+1", "Control+Enter")(page)


async def _place_box(page: Page) -> None:
    # The whole box to the right by 40 pixels, then its upper left corner up by 60.
    await _place_shape(page, *["Shift+ArrowRight"] * 4, ".", *["Shift+ArrowUp"] * 6)


async def _place_polygon(page: Page) -> None:
    # Its first point, the upper left one, to the left by 80 pixels.
    await _place_shape(page, ".", *["Shift+ArrowLeft"] * 8)


async def _mark_spans(page: Page) -> None:
    await page.click("[data-label=place]")  # hold the class, then select
    await drag_text(page, 14, 16)  # within Köln
    await expect(page.locator("#spans li")).to_have_count(1)  # read after the mouse is up
    await page.click("[data-label=place]")  # let go
    await drag_text(page, 4, 8)
    await expect(page.locator("#selection")).to_contain_text("Wheat")
    await page.click("[data-label=crop]")
    await page.get_by_label("negated").check()
    await page.click("#submit")


async def _mark_talk(page: Page) -> None:
    await drag_text(page, TALK.index("Köln"), TALK.index("Köln") + 4)
    await expect(page.locator("#selection")).to_contain_text("Köln")
    await page.click("[data-label=place]")
    await page.click("#submit")


async def _drag_ranking(page: Page) -> None:
    for name in "ca":
        await page.drag_and_drop(f"[data-candidate={name}]", "[data-gap='0']")
        await expect(page.locator(f"[data-rank='1'] [data-candidate={name}]")).to_be_visible()
    await page.drag_and_drop("[data-candidate=b]", "[data-rank='2'] .place")
    await page.click("#submit")


async def _slide_number(page: Page) -> None:
    slider = await page.get_by_label("Number by a slider").bounding_box()
    assert slider is not None
    await page.mouse.click(slider["x"] + slider["width"] / 2, slider["y"] + slider["height"] / 2)
    await page.click("#submit")


async def _write_text(page: Page) -> None:
    await page.click("#written")
    await page.keyboard.type("🌾 sold")  # there is no text without a keyboard
    await page.click("#submit")


def _span(label: str, start: int, text: str, attributes: Sequence[str] = ()) -> dict[str, Any]:
    end = start + len(text)
    return {"label": label, "start": start, "end": end, "text": text, "attributes": [*attributes]}


def _shape(label: str, attributes: Sequence[str] = (), **shape: Any) -> dict[str, Any]:
    return {"label": label, "attributes": [*attributes], **shape}


def _shapes(kind: str, *items: dict[str, Any]) -> dict[str, Any]:
    return {"kind": kind, "width": 640, "height": 480, kind: [*items]}


TASKS: Mapping[str, Task] = {
    "single_choice": Task(
        schema={"kind": "single_choice", "classes": NAMES},
        content=TEXT,
        mouse=clicks("[data-label=corn]"),
        pointed={"kind": "class", "label": "corn"},
        keyboard=keys("3"),
        pressed={"kind": "class", "label": "ship"},
    ),
    "multi_choice": Task(
        schema={"kind": "multi_choice", "classes": NAMES, "exclusive": [["wheat", "corn"]]},
        content=TEXT,
        mouse=clicks("[data-label=ship]", "[data-label=wheat]", "[data-label=corn]", "#submit"),
        pointed={"kind": "classes", "labels": ["corn", "ship"]},
        keyboard=keys("3", "1", "Enter"),
        pressed={"kind": "classes", "labels": ["ship", "wheat"]},
    ),
    "boxes": Task(
        schema={"kind": "boxes", "classes": THINGS},
        content=IMAGE,
        mouse=_draw_box,
        pointed=_shapes("boxes", _shape("coral", ["bleached"], left=0.2, top=0.25, right=0.34, bottom=0.41)),
        keyboard=_place_box,
        pressed=_shapes(
            "boxes", _shape("coral", ["bleached"], left=0.4375, top=0.25, right=0.6875, bottom=0.625)
        ),
    ),
    "polygons": Task(
        schema={"kind": "polygons", "classes": THINGS},
        content=IMAGE,
        mouse=_draw_polygon,
        pointed=_shapes("polygons", _shape("coral", points=[[0.2, 0.3], [0.4, 0.2], [0.5, 0.6]])),
        keyboard=_place_polygon,
        pressed=_shapes(
            "polygons",
            _shape(
                "coral",
                ["bleached"],
                points=[[0.25, 0.375], [0.375, 0.625], [0.625, 0.625], [0.625, 0.375]],
            ),
        ),
    ),
    "spans": Task(
        schema={"kind": "spans", "classes": PLACES},
        content=TEXT,
        mouse=_mark_spans,
        pointed={
            "kind": "spans",
            "spans": [_span("crop", 2, "Wheat", ["negated"]), _span("place", 13, "Köln")],
        },
        keyboard=keys(*["ArrowRight"] * 4, "1", "ArrowLeft", "Shift+ArrowRight", "2", "Enter"),
        pressed={"kind": "spans", "spans": [_span("crop", 8, "from Köln"), _span("place", 13, "Köln")]},
    ),
    "spans of a conversation": Task(
        schema={"kind": "spans", "classes": PLACES},
        content={"turns": TURNS},
        mouse=_mark_talk,
        pointed={"kind": "spans", "spans": [_span("place", TALK.index("Köln"), "Köln")]},
        keyboard=keys(*["ArrowRight"] * 5, "2", "Enter"),  # user, its colon, Where, is, wheat
        pressed={"kind": "spans", "spans": [_span("crop", TALK.index("wheat"), "wheat")]},
    ),
    "ranking": Task(
        schema={"kind": "ranking", "criterion": "truth"},
        content={"prompt": "Explain tides.", "candidates": CANDIDATES},
        mouse=_drag_ranking,
        pointed={"kind": "ranking", "order": [["a"], ["b", "c"]]},
        keyboard=keys("2", "1", "3", "ArrowUp", "ArrowUp", "1", "=", "Enter"),
        pressed={"kind": "ranking", "order": [["c"], ["a", "b"]]},
    ),
    "pair": Task(
        schema={"kind": "pair", "criterion": "helpfulness"},
        content={"turns": [{"role": "user", "text": "Explain tides."}], "candidates": CANDIDATES[:2]},
        mouse=clicks("[data-choice=b]"),
        pointed={"kind": "pair", "choice": "b"},
        keyboard=keys("0"),
        pressed={"kind": "pair", "choice": None},
    ),
    "number": Task(
        schema={"kind": "number", "low": 0, "high": 10, "step": 0.5, "unit": "t"},
        content=TEXT,
        mouse=_slide_number,
        pointed={"kind": "number", "value": 5.0},
        keyboard=keys("ArrowUp", "Enter", text="3,5"),
        pressed={"kind": "number", "value": 4.0},
    ),
    "rating": Task(
        schema={"kind": "rating", "low": 1, "high": 5, "names": {"1": "bad", "5": "good"}},
        content=TEXT,
        mouse=clicks("[data-value='5']"),
        pointed={"kind": "rating", "value": 5},
        keyboard=keys("ArrowRight", "ArrowRight", "Enter"),
        pressed={"kind": "rating", "value": 2},
    ),
    "text": Task(
        schema={"kind": "text", "most_characters": 20},
        content=TEXT,
        mouse=_write_text,
        pointed={"kind": "text", "text": "🌾 sold"},
        keyboard=keys("Control+Enter", text="sold out"),
        pressed={"kind": "text", "text": "sold out"},
    ),
}
