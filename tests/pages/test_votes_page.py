"""The page of votes needed, opened from disk in a real browser: wide, narrow, light and dark."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Browser, expect

from shoal_qa.adapters.pages.votes import votes_page
from shoal_qa.domain.models import MODELS
from shoal_qa.domain.stopping.rule import StoppingRule
from shoal_qa.usecases.files.votes_needed import Needed, Replays, replay_votes
from unit.qa.crowds import honest

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


@pytest.fixture
def found() -> Replays:
    crowd = honest(0, tasks=120, annotators=10, per_task=7, hard=0)
    gold = np.full(120, -1, np.int32)
    assert "majority" in MODELS
    return replay_votes(
        crowd.votes,
        gold,
        crowd.truth.astype(np.int32),
        model="majority",
        seeds=2,
        rules=[StoppingRule(), StoppingRule(review_price=5.0)],
        report=lambda *_: None,
    )


async def test_it_stands_alone_and_fits_every_screen(
    found: Replays, tmp_path: Path, browser: Browser
) -> None:
    file = tmp_path / "index.html"
    file.write_text(votes_page(found, "<votes> & co.csv", "the share of right answers"), encoding="utf-8")
    page = await browser.new_page(viewport={"width": 1280, "height": 900})
    asked, problems = list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: problems.append(str(error)))
    await page.goto(file.as_uri())
    assert asked == [file.as_uri()]
    assert not problems
    await expect(page.locator(".lead")).to_contain_text("<votes> & co.csv")
    await expect(page.locator("svg polyline")).to_have_count(2)
    await expect(page.locator("svg polyline").nth(1)).to_be_visible()
    await expect(page.locator(".key span")).to_have_text(["one by one", "fixed number"])
    accuracies, prices = page.locator("tbody").nth(0), page.locator("tbody").nth(1)
    await expect(accuracies.locator("tr")).to_have_count(3)
    await expect(accuracies.locator("tr").nth(0)).to_contain_text("as with all votes")
    await expect(prices.locator("tr")).to_have_count(2)
    await expect(prices.locator("tr").nth(0)).to_contain_text("no reviews")
    light = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    await page.emulate_media(color_scheme="dark")
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    await page.set_viewport_size({"width": 360, "height": 800})
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0  # tables scroll inside their own box


def test_savings_are_what_the_curves_say(found: Replays) -> None:
    none = replace(found, needed=[Needed(0.0, 0.9, None, 7.0), Needed(0.01, 0.89, None, 6.0)])
    assert "<b>none</b>" in votes_page(none, "", "")
    some = replace(found, needed=[Needed(0.0, 0.9, None, 7.0), Needed(0.01, 0.89, 3.5, 6.0)])
    text = votes_page(some, "", "")
    assert "<b>50 %</b>" in text
    assert "one by one, with 1 point less of accuracy" in text
    assert "<td>89 %, 1 point less</td><td>3.50</td><td>50 %</td><td>6.00</td>" in text
