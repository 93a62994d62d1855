"""The page of learning curves, opened from disk in a real browser: wide, narrow, light and dark."""

from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Browser, expect

from shoal_sampler.adapters.pages.curves import curves_page
from shoal_sampler.usecases.files.learning_curves import Curve, label_costs

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
BUDGETS = (100, 200, 400, 800, 1600, 3200)


def curve(name: str, gain: float) -> Curve:
    rng = np.random.default_rng(len(name))
    accuracy = 0.6 + gain * np.arange(6) + rng.normal(0, 0.01, (5, 6))
    return Curve(name, BUDGETS, accuracy.astype(np.float32), accuracy.astype(np.float32))


@pytest.fixture
def page_file(tmp_path: Path) -> Path:
    curves = [curve("random", 0.02), curve("auto", 0.05), curve("<k & center>", 0.001)]
    file = tmp_path / "index.html"
    file.write_text(curves_page(curves, label_costs(curves), "made up, 3 classes, 5 seeds"), encoding="utf-8")
    return file


async def test_it_stands_alone_and_fits_every_screen(page_file: Path, browser: Browser) -> None:
    page = await browser.new_page(viewport={"width": 1280, "height": 900})
    asked, problems = list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: problems.append(str(error)))
    await page.goto(page_file.as_uri())
    assert asked == [page_file.as_uri()]
    assert not problems
    await expect(page.locator("svg polyline")).to_have_count(3)
    await expect(page.locator("svg polygon")).to_have_count(3)
    await expect(page.locator(".key span")).to_have_text(["random", "auto", "<k & center>"])
    first = page.locator("table").first.locator("tbody tr")
    await expect(first.nth(0)).to_contain_text("auto")  # the fewest labels first
    await expect(first.nth(2)).to_contain_text("not reached")
    light = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    await page.emulate_media(color_scheme="dark")
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    await page.set_viewport_size({"width": 360, "height": 800})
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0  # tables scroll inside their own box


async def test_of_many_lines_the_best_are_shown_and_a_click_shows_another(
    tmp_path: Path, browser: Browser
) -> None:
    names = ["auto", "random", *(f"strategy {n}" for n in range(12))]
    curves = [curve(name, 0.01 + 0.002 * place) for place, name in enumerate(names)]
    file = tmp_path / "index.html"
    file.write_text(curves_page(curves, label_costs(curves), "made up, 3 classes, 5 seeds"), encoding="utf-8")
    page = await browser.new_page(viewport={"width": 1280, "height": 900})
    await page.goto(file.as_uri())
    lines = page.locator("svg polyline:visible")
    await expect(lines).to_have_count(6)
    last = page.locator("svg g", has=page.get_by_text("auto:", exact=False)).locator("polyline")
    await expect(last).to_be_visible()
    await expect(page.locator("svg g").last.locator("title").first).to_contain_text("auto:")  # on top
    drawn = await page.locator("svg polyline").evaluate_all(
        "lines => new Set(lines.map(l => l.getAttribute('stroke') + l.getAttribute('stroke-dasharray'))).size"
    )
    assert drawn == len(names)  # no two look alike
    await page.get_by_label("strategy 0").check()
    await expect(lines).to_have_count(7)
    await page.get_by_label("auto").uncheck()
    await expect(lines).to_have_count(6)
    await expect(last).to_be_hidden()
