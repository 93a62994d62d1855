"""Pages as pictures: Chromium draws them, Pillow makes them small."""

import asyncio
import io
from collections.abc import Mapping
from pathlib import Path

from PIL import Image

from boards.boardkit import Json
from boards.drawing.pages import WIDTH, board_page
from boards.live.answers import Answers
from browserkit import INSTALL, find_chromium, open_browser

COLOURS = 256
"""Enough for the lines' colours and the edges of letters; more only makes larger files."""


def draw_boards(boards: Mapping[str, Json], answers: Answers, folder: Path) -> None:
    """Write one PNG a board."""
    folder.mkdir(parents=True, exist_ok=True)
    pages = {name: board_page(board, answers) for name, board in boards.items()}
    for name, png in asyncio.run(_photograph(pages)).items():
        image = (
            Image.open(io.BytesIO(png))
            .convert("RGB")
            .quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        )
        image.save(folder / f"{name}.png", optimize=True)


async def _photograph(pages: Mapping[str, tuple[str, int]]) -> dict[str, bytes]:
    program = find_chromium()
    assert program, f"Chromium is not installed: {INSTALL}"
    pictures = {}
    async with open_browser(program) as browser:
        for name, (html, height) in pages.items():
            page = await browser.new_page(viewport={"width": WIDTH, "height": height})
            await page.set_content(html)
            pictures[name] = await page.screenshot()
            await page.close()
    return pictures
