"""Disputes about pictures and texts before the gateway: votes side by side, and the review that decides."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from pages.annotatorkit import Site, shown, start
from pages.handskit import PLACES, TEXT, THINGS
from pages.jobkit import (
    IMAGE,
    announce,
    announced_votes,
    open_gateway,
    request_review,
    request_votes,
    vote,
)
from pages.picturekit import canvas_of

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.timeout(300)]

FISH = {"label": "fish", "left": 0.2, "top": 0.25, "right": 0.34, "bottom": 0.41, "attributes": ["occluded"]}
CORAL = {"label": "coral", "left": 0.6, "top": 0.3, "right": 0.74, "bottom": 0.46, "attributes": []}
KOELN = {"label": "place", "start": 13, "end": 17, "text": "Köln", "attributes": []}
LONGER = {"label": "place", "start": 13, "end": 22, "text": "Köln went", "attributes": []}


def drawn(*boxes: dict[str, Any]) -> dict[str, Any]:
    """Return an answer of boxes."""
    return {"kind": "boxes", "width": 640, "height": 480, "boxes": [*boxes]}


async def dispute(site: Site, schema: dict[str, Any], content: dict[str, Any], *answers: Any) -> None:
    """Make one disputed job from answers of different people."""
    announce(site, "reef", schema)
    await request_votes(site, "reef", content, votes=len(answers))
    for number, answer in enumerate(answers):
        await vote(site, "reef", f"person {number}", answer)
    await request_review(site, "reef")


async def test_a_reviewer_compares_boxes_over_the_picture_and_copies_one_answer(
    browser: Browser, migrated_dsn: str
) -> None:
    async with open_gateway(migrated_dsn) as site:
        answers = [drawn(FISH), drawn({**FISH, "right": 0.35}, CORAL)]
        await dispute(site, {"kind": "boxes", "classes": THINGS}, IMAGE, *answers)
        page = await start(browser, site, "?project=reef&lane=review", name="eve", key="rev")
        await shown(page, "task")
        await expect(page.locator("#dispute-reason")).to_contain_text("the votes disagree")
        view = page.locator(".votes-view")
        await expect(view).to_contain_text("1 of 2 boxes agree")
        await expect(view.get_by_role("img", name="fish")).to_have_count(2)
        await expect(view.get_by_role("img", name="coral")).to_have_count(1)
        picture = view.locator("img.image")
        assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 640
        both = page.locator("#dispute-votes li").filter(has_text="coral")
        letter = (await both.locator(".who").inner_text()).split()[1].rstrip(":")
        await view.get_by_role("button", name=f"{letter}:").click()  # hides that vote
        await expect(view.get_by_role("img", name="coral")).to_have_count(0)
        await canvas_of(page)  # there is no answer before the picture is shown
        await page.get_by_role("button", name=f"Copy the answer of annotator {letter}").click()
        await expect(page.locator("[data-object]")).to_have_count(2)
        await page.click("#submit")
        await shown(page, "empty")
        review = (await announced_votes(site))["eve"]
    assert review.purpose == "review"
    assert review.answer is not None
    assert review.answer.model_dump(mode="json") == answers[1]


async def test_a_reviewer_sees_spans_of_all_votes_below_each_other(
    browser: Browser, migrated_dsn: str
) -> None:
    async with open_gateway(migrated_dsn) as site:
        answers = [{"kind": "spans", "spans": [span]} for span in (KOELN, LONGER)]
        await dispute(site, {"kind": "spans", "classes": PLACES}, TEXT, *answers)
        page = await start(browser, site, "?project=reef&lane=review", name="eve", key="rev")
        await shown(page, "task")
        aligned = page.locator(".aligned section")
        await expect(aligned).to_have_count(2)
        marked = {await aligned.nth(index).locator(".marked").inner_text() for index in range(2)}
        assert marked == {"Köln", "Köln went"}
        places = [await aligned.nth(index).locator(".marks").bounding_box() for index in range(2)]
        left = {round(place["x"]) for place in places if place}
        assert len(left) == 1  # the same words stand below each other


async def test_the_guideline_shows_pictures_of_its_classes_beside_the_item(
    browser: Browser, migrated_dsn: str
) -> None:
    images = [{"media": IMAGE["sha256"], "caption": "A fish from the side"}]
    classes = [{**THINGS[0], "definition": "Any *fish*.", "images": images}, THINGS[1]]
    async with open_gateway(migrated_dsn) as site:
        announce(site, "reef", {"kind": "boxes", "classes": classes}, title="Reefs")
        await request_votes(site, "reef", IMAGE)
        page = await start(browser, site, "?project=reef")
        await shown(page, "task")
        await page.keyboard.press("g")
        picture = page.locator("#guideline-classes img")
        await expect(picture).to_have_attribute("alt", "A fish from the side")
        await expect(page.locator("#guideline-classes figcaption")).to_have_text("A fish from the side")
        await picture.scroll_into_view_if_needed()
        assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 640
        item, panel = page.locator("svg.overlay"), page.locator("#guideline")
        boxes = [await place.bounding_box() for place in (item, panel)]
        assert boxes[0] is not None
        assert boxes[1] is not None
        assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]  # beside each other


@pytest.mark.parametrize("mode", ["shown", "hidden", "on_demand"])
async def test_the_guideline_decides_whether_a_model_s_boxes_are_seen(
    browser: Browser, migrated_dsn: str, mode: str
) -> None:
    async with open_gateway(migrated_dsn) as site:
        announce(site, "reef", {"kind": "boxes", "classes": THINGS}, prelabels=mode)
        predicted = {"boxes": [{**{name: FISH[name] for name in FISH if name != "attributes"}, "score": 0.6}]}
        await request_votes(site, "reef", IMAGE, prediction=predicted)
        page = await start(browser, site, "?project=reef")
        await shown(page, "task")
        await canvas_of(page)  # there is no answer before the picture is shown
        ghosts = page.locator("g.ghost")
        await expect(ghosts).to_have_count(1 if mode == "shown" else 0)
        if mode == "on_demand":
            await page.keyboard.press("p")
            await expect(ghosts).to_have_count(1)
        await page.keyboard.press("p")  # copies it
        await expect(page.locator("[data-object]")).to_have_count(0 if mode == "hidden" else 1)
        await page.keyboard.press("Control+Enter")
        await shown(page, "empty")
        vote_event = (await announced_votes(site))["ada"]
    assert vote_event.answer is not None
    boxes = vote_event.answer.model_dump(mode="json")["boxes"]
    assert boxes == ([] if mode == "hidden" else [{**FISH, "attributes": []}])
