"""Each label type against axe-core's rules, light and dark, 360 pixels wide; and votes side by side."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from pages.labelkit import classes_of, open_desk, open_tasks
from pages.test_annotator_accessibility import violations
from pages.test_annotator_types import CANDIDATES, CHOICES, SPANS, TEXT, press

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

IMAGE = {"kind": "image", "media": {"url": "/dot.png", "thumbnail": None, "width": 640, "height": 480}}
SEEN = classes_of("fish", "coral", attributes=["occluded"])
TALK = {
    "kind": "conversation",
    "turns": [{"role": "user", "text": "Where is 🌾?"}, {"role": "assistant", "text": "In Köln."}],
}
TWO = {**CANDIDATES, "candidates": [{"id": "a", "text": "x" * 200}, {"id": "b", "text": "word " * 200}]}
CASES: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "multi_choice": (CHOICES, TEXT, ["1"]),
    "many": ({"kind": "multi_choice", "classes": classes_of(*map(str, range(40)))}, TEXT, []),
    "spans": (SPANS, TEXT, ["ArrowRight", "ArrowRight", "1", "ArrowRight"]),
    "pair": ({"kind": "pair", "ties": True, "criterion": "truth"}, TWO, []),
    "ranking": ({"kind": "ranking", "ties": True, "criterion": "w" * 90}, CANDIDATES, ["2", "1", "="]),
    "rating": ({"kind": "rating", "low": 0, "high": 10, "names": {"0": "bad"}}, TEXT, ["ArrowRight"]),
    "number": ({"kind": "number", "low": 0, "high": 10, "step": 0.5, "unit": "t"}, TEXT, ["9", "9"]),
    "text": ({"kind": "text", "most_characters": 2}, TEXT, ["a", "b", "c"]),
    "talk": (SPANS, TALK, ["ArrowRight", "ArrowRight", "ArrowRight", "1", "ArrowRight"]),
    "single_choice": ({"kind": "single_choice", "classes": classes_of("yes", "no")}, TEXT, []),
    "boxes": ({"kind": "boxes", "classes": SEEN}, IMAGE, ["n", "n"]),
    "polygons": ({"kind": "polygons", "classes": SEEN}, IMAGE, ["n", "."]),
    "image": ({"kind": "single_choice", "classes": classes_of("yes", "no")}, IMAGE, ["+"]),
}


@pytest.mark.parametrize("case", CASES)
async def test_a_label_type_on_a_phone_in_light_and_dark(browser: Browser, case: str) -> None:
    schema, content, keys = CASES[case]
    async with open_desk(schema, [content]) as desk:
        page = await open_tasks(browser, desk, viewport={"width": 360, "height": 740})
        await press(page, *keys)
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert await violations(page) == []
        assert await page.evaluate("document.documentElement.scrollWidth") == 360


async def test_a_reviewer_compares_spans_and_copies_one_answer(browser: Browser) -> None:
    answers: list[dict[str, Any]] = [
        {"kind": "spans", "spans": [{"label": "place", "start": 13, "end": end, "text": text}]}
        for end, text in ((17, "Köln"), (22, "Köln went"))
    ]
    votes = [
        {"answer": answer, "code": None, "reason": "", "skill": skill}
        for answer, skill in zip(answers, (0.93, None), strict=True)
    ]
    dispute = {"votes": votes, "posterior": {"place": 0.6}, "reason": "the votes disagree"}
    async with open_desk(SPANS, [TEXT], dispute=dispute) as desk:
        page = await open_tasks(browser, desk, lane="review")
        await expect(page.locator("#dispute-votes li")).to_contain_text(["skill 93 %", "place: Köln went"])
        await expect(page.locator(".aligned section")).to_have_count(2)
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            assert await violations(page) == []
        await page.get_by_role("button", name="Copy the answer of annotator B").click()
        await expect(page.locator("#spans li")).to_contain_text(["place Köln went"])
        await page.click("#submit")
        await expect(page.locator("body")).to_have_attribute("data-view", "empty")
        assert desk.answers == [answers[1]]
