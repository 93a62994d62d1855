"""A phone: the page 360 pixels wide, and fingers on it."""

from collections.abc import Sequence
from typing import Any

from playwright.async_api import Page, expect

Place = tuple[float, float]
PHONE: dict[str, Any] = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
STEPS = 6
# Of a finger that scrolls, the page learns that it is gone by `pointercancel`.
COUNT_FINGERS = """window.down = 0; window.fingers = new Set();
for (const kind of ["pointerdown", "pointerup", "pointercancel"])
  addEventListener(kind, ({pointerId}) => {
    if (kind === "pointerdown") { window.down += 1; fingers.add(pointerId); } else fingers.delete(pointerId);
  }, true);"""


class Fingers:
    """Fingers on a page; places are pixels of the window."""

    def __init__(self, page: Page, client: Any) -> None:
        self._page, self._client, self._down = page, client, 0

    async def move(self, *ways: tuple[Place, Place], hold: bool = False) -> None:
        """Put a finger down at the start of each way, and move them to the ends; then lift them, or hold."""
        self._down += len(ways)
        await self._send("touchStart", [start for start, _ in ways])
        for step in range(1, STEPS + 1):
            await self._send("touchMove", [_between(*way, step / STEPS) for way in ways])
        if not hold:
            await self.lift()

    async def lift(self) -> None:
        """Lift all fingers, and wait until the page knows it."""
        await self._send("touchEnd", [])
        await self._page.wait_for_function(
            "down => window.down === down && fingers.size === 0", arg=self._down
        )

    async def _send(self, kind: str, places: Sequence[Place]) -> None:
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        await self._client.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def _between(start: Place, end: Place, share: float) -> Place:
    return start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])


async def fingers_on(page: Page) -> Fingers:
    """Return fingers on a page that was opened as PHONE, once nothing on it moves any more."""
    await expect(page.locator("#progress-yours")).to_be_visible()
    await page.evaluate(COUNT_FINGERS)
    return Fingers(page, await page.context.new_cdp_session(page))


async def way_between(page: Page, start: str, end: str) -> tuple[Place, Place]:
    """Return the way from the middle of one element to that of another."""
    for place in (end, start):  # scrolling to one moves the other
        await page.locator(place).scroll_into_view_if_needed()
    return await middle_of(page, start), await middle_of(page, end)


async def middle_of(page: Page, place: str) -> Place:
    """Return the middle of an element."""
    await page.locator(place).scroll_into_view_if_needed()
    box = await page.locator(place).bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
