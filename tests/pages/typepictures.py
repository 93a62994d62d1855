"""The pictures of docs/label-types.md: `python -m pages.typepictures FOLDER`, with tests/ on the path.

`make label-types` runs it. Every example of the page is opened on the annotator's page and answered there.
"""

import asyncio
import io
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import Browser, FloatRect, Page, expect
from pydantic import TypeAdapter
from sklearn.datasets import load_sample_images

from browserkit import INSTALL, find_chromium, open_browser
from labeltypeskit import TypeExample, type_examples
from pages.labelkit import answered, open_desk, open_tasks
from pages.picturekit import canvas_of
from shoal.contracts.label_schemas import LabelSchema
from shoal.contracts.samples import Content
from shoal_gateway.usecases.contents import content_json, prelabel_json
from shoal_gateway.usecases.label_types import StoredSchema
from shoal_gateway.usecases.prelabels import prelabel_of
from shoal_gateway.usecases.translate import to_datum, to_guess
from shoal_ingest.usecases.bodies.inference import Inference

WIDTH = 900
HEIGHT = 740
COLOURS = 224
_TOAST_MS = 10_000  # longer than a message stays
PHOTOS = {"boxes": 0, "polygons": 1}  # of scikit-learn: a tower, a flower
_SCHEMAS: TypeAdapter[Any] = TypeAdapter(LabelSchema)
Step = Callable[[Page], Awaitable[None]]


class NoAddresses:
    """The photo is at one address of the test's server."""

    def address(self, *_: Any, **__: Any) -> str:
        """Return it."""
        return "/dot.png"


async def answer_with_picture(browser: Browser, kind: str, example: TypeExample) -> tuple[Any, bytes]:
    """Answer a documented example on the page; return the answer as sent, and a PNG of the page before."""
    task = _task_of(example)
    async with open_desk(example.schema, [task["content"]], prediction=task["prediction"]) as desk:
        desk.title = example.inference["project"].capitalize()
        if kind in PHOTOS:
            desk.image = photo_bytes(PHOTOS[kind])
        page = await open_tasks(browser, desk, viewport={"width": WIDTH, "height": HEIGHT})
        await page.clock.install()
        if kind in PHOTOS:
            await canvas_of(page)
        await expect(page.locator("#progress-yours")).to_be_visible()
        before, submit = STEPS[kind]
        await before(page)
        picture = await _photograph(page)
        await submit(page)
        return await answered(page, desk, 1), _fewer_colours(picture, is_photo=kind in PHOTOS)


async def _photograph(page: Page) -> bytes:
    """Return a PNG of the page down to its last button, without the passing message."""
    await page.clock.fast_forward(_TOAST_MS)
    await expect(page.locator("#toast.on")).to_have_count(0)
    end = await page.evaluate("document.querySelector('section.task').getBoundingClientRect().bottom")
    clip: FloatRect = {"x": 0, "y": 0, "width": WIDTH, "height": min(HEIGHT, end + 20)}
    return await page.screenshot(animations="disabled", caret="hide", clip=clip)


def photo_bytes(number: int) -> bytes:
    """Return a photo of scikit-learn as PNG."""
    stream = io.BytesIO()
    Image.fromarray(load_sample_images().images[number]).save(stream, "PNG")
    return stream.getvalue()


def _task_of(example: TypeExample) -> dict[str, Any]:
    """Return the content and the pre-label as the gateway gives them to the page."""
    inference = Inference.model_validate(example.inference)
    content = inference.datum()
    if content.kind == "image":
        content = Content(uri=content.uri, media_type="image/jpeg", width=640, height=427)
    datum, guess = to_datum(content), to_guess(inference.to_prediction())
    prelabel = prelabel_of(guess, StoredSchema(_SCHEMAS.validate_python(example.schema)), datum)
    assert prelabel is not None, "the prediction does not fit the schema"
    return {"content": content_json(datum, "p", NoAddresses()), "prediction": prelabel_json(prelabel)}


def _fewer_colours(picture: bytes, *, is_photo: bool) -> bytes:
    stream = io.BytesIO()
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    dither = Image.Dither.FLOYDSTEINBERG if is_photo else Image.Dither.NONE
    # Maximum coverage keeps the colours of thin lines beside a photo.
    method = Image.Quantize.MAXCOVERAGE if is_photo else Image.Quantize.MEDIANCUT
    palette = image.quantize(COLOURS, method=method)
    image.quantize(palette=palette, dither=dither).save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _press(*keys: str) -> Step:
    async def press(page: Page) -> None:
        for key in keys:
            await page.keyboard.press(key)

    return press


def _type(text: str) -> Step:
    async def write(page: Page) -> None:
        await page.keyboard.type(text)

    return write


async def _choose_several(page: Page) -> None:
    await page.keyboard.press("Alt+p")  # copies the model's; plain letters are the classes'
    await page.keyboard.press("c")
    await page.click("[data-label=complaint]")


def _copy_and_tick(row: int, attribute: int) -> Step:
    async def correct(page: Page) -> None:
        await page.keyboard.press("p")
        await page.locator(".shape-row").nth(row).click()
        await page.keyboard.press(f"Shift+{attribute}")

    return correct


async def _mark_parts(page: Page) -> None:
    await page.keyboard.press("p")
    for word, key in (("Berlin", "1"), ("corn", "2")):
        selection = page.locator("#selection")
        while word not in (await selection.text_content() or ""):
            await page.keyboard.press("ArrowRight")
        await page.keyboard.press(key)
    await page.get_by_label("negated").last.check()


STEPS: Mapping[str, tuple[Step, Step]] = {
    "single_choice": (_press(), _press("1")),
    "multi_choice": (_choose_several, _press("Control+Enter")),
    "boxes": (_copy_and_tick(1, 2), _press("Control+Enter")),
    "polygons": (_copy_and_tick(1, 1), _press("Control+Enter")),
    "spans": (_mark_parts, _press("Control+Enter")),
    "pair": (_press(), _press("2")),
    "ranking": (_press("2", "1", "3"), _press("Control+Enter")),
    "rating": (_press(), _press("5")),
    "number": (_type("118.50"), _press("Enter")),
    "text": (_type("Die Weizenexporte fielen im März um 12 Prozent."), _press("Control+Enter")),
}
"""By kind: what is done before the picture, and what sends the answer."""


async def write_pictures(folder: Path, chromium: str) -> None:
    """Write a picture of each kind into a folder."""
    for kind, example in type_examples().items():
        async with open_browser(chromium) as browser:
            _, picture = await answer_with_picture(browser, kind, example)
        (folder / f"{kind}.png").write_bytes(picture)


def main() -> None:
    """Write all pictures."""
    chromium = find_chromium()
    if chromium is None:
        raise SystemExit(f"Chromium was not found: {INSTALL}")
    asyncio.run(write_pictures(Path(sys.argv[1]), chromium))


if __name__ == "__main__":
    main()
