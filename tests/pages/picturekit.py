"""A picture on the annotator's page, before the server of labelkit: drawing on it by shares of its size."""

import io
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import numpy as np
from PIL import Image, ImageDraw
from playwright.async_api import Browser, FloatRect, Page, expect

from pages.labelkit import Desk, open_desk, open_tasks

CLASSES = [
    {"name": "fish", "definition": "Any fish.", "attributes": ["occluded", "cut off"]},
    {"name": "coral", "attributes": []},
    {"name": "diver", "shortcut": "v", "colour": "#123456", "attributes": ["occluded"]},
]


def draw_picture(width: int, height: int) -> bytes:
    """Return a PNG of a smooth background with a few bright shapes."""
    rows, columns = np.arange(height)[:, None], np.arange(width)
    ramp = np.empty((height, width, 3), np.uint8)
    ramp[..., 0], ramp[..., 1] = columns * 90 // width, 60 + rows * 90 // height
    ramp[..., 2] = 120 + columns * 80 // width
    picture = Image.fromarray(ramp)
    drawing = ImageDraw.Draw(picture)
    for index, (x, y) in enumerate([(0.2, 0.25), (0.6, 0.3), (0.35, 0.7), (0.8, 0.75)]):
        colour = [(250, 200, 60), (240, 90, 80), (230, 230, 230), (20, 30, 25)][index]
        place = [x * width, y * height, (x + 0.14) * width, (y + 0.16) * height]
        drawing.ellipse(place, fill=colour)
    stream = io.BytesIO()
    picture.save(stream, "PNG", compress_level=1)
    return stream.getvalue()


@asynccontextmanager
async def open_picture(
    kind: str, *, width: int = 640, height: int = 480, is_measured: bool = True, **task: Any
) -> AsyncIterator[Desk]:
    """Open a server with one task about one picture; it names the picture's size if it `is_measured`."""
    size = {"width": width, "height": height} if is_measured else {"width": None, "height": None}
    media = {"url": "/dot.png", "thumbnail": None, **size}
    schema = {"kind": kind, "classes": CLASSES, "most": 400}
    async with open_desk(schema, [{"kind": "image", "media": media}], **task) as desk:
        desk.image = draw_picture(width, height)
        yield desk


class Canvas:
    """The page with the picture: points are shares of the image's width and height."""

    def __init__(self, page: Page, frame: FloatRect, shown_size: tuple[float, float]) -> None:
        self.page, self._frame, self._size = page, frame, shown_size

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point of the fitted image is on the screen."""
        width, height = self._size
        left = self._frame["x"] + (self._frame["width"] - width) / 2
        top = self._frame["y"] + (self._frame["height"] - height) / 2
        return left + x * width, top + y * height

    async def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Press at one point, move to another and release."""
        await self.page.mouse.move(*self.place(*start))
        await self.page.mouse.down()
        await self.page.mouse.move(*self.place(*end), steps=5)
        await self.page.mouse.up()

    async def click(self, x: float, y: float) -> None:
        """Click a point."""
        await self.page.mouse.click(*self.place(x, y))


async def open_canvas(browser: Browser, desk: Desk, lane: str = "label", **context: Any) -> Canvas:
    """Open the task as an annotator and wait for the picture."""
    return await canvas_of(await open_tasks(browser, desk, lane=lane, **context))


async def canvas_of(page: Page) -> Canvas:
    """Wait for the picture on the page."""
    overlay = page.locator("svg.overlay").last
    await expect(overlay).to_be_visible()
    await expect(page.locator("#progress-yours")).to_be_visible()  # it may move the picture
    picture = page.locator("img.image").last
    await expect(picture).to_have_attribute("data-loaded", "")
    frame, image = await overlay.bounding_box(), await picture.bounding_box()
    assert frame is not None
    assert image is not None
    return Canvas(page, frame, (image["width"], image["height"]))
