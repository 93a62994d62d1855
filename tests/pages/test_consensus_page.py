"""The page of a consensus, opened from disk in a real browser: wide, narrow, light and dark."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from playwright.async_api import Browser, expect

from shoal_qa.adapters.pages.consensus import consensus_page
from shoal_qa.domain.calibration.reliability import reliability
from shoal_qa.domain.certificates.certificate import certify
from shoal_qa.usecases.files.facts import AnnotatorSkill, Facts, HardTask

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
CLASSES = ("cat", "dog & co", "<eel>", "a class with a long name")


def facts() -> Facts:
    rng = np.random.default_rng(0)
    score, others = rng.beta(6, 1, 400), rng.beta(6, 1, 5000)
    certificate = certify(score, rng.random(400) < score**0.3, others, target=0.95)
    assert certificate.threshold is not None
    skill = np.sort(rng.beta(5, 2, 60))
    people = [
        AnnotatorSkill(
            name=f"annotator {i}",
            votes=int(rng.integers(1, 900)),
            skill=s,
            low=max(s - 0.1, 0),
            high=min(s + 0.08, 1),
        )
        for i, s in enumerate(skill.tolist())
    ]
    bins = reliability(score, rng.random(400) < score, 8)
    hardest = [
        HardTask(
            task=f"task-{i}",
            label="cat",
            probability=0.3 + i / 100,
            votes="cat 3, dog & co 3",
            action="review",
        )
        for i in range(10)
    ]
    confusion = 0.7 * np.eye(4) + 0.3 * rng.dirichlet(np.ones(4), 4)
    panel = [
        ("majority", {"right": 0.91, "loss": 0.31}),
        ("<ours>", {"right": 0.94, "loss": 0.22, "weight": 1}),
    ]
    actions = {"accept": 3820, "more": 700, "review": 420, "futile": 60}
    return Facts(
        source="votes.csv",
        votes=40_000,
        tasks=5_000,
        classes=CLASSES,
        gold=400,
        model="<ours>",
        reason="most answers right that it was not told",
        panel=panel,
        actions=actions,
        expected=0.93,
        reliability=bins,
        rule="where gold bears it out",
        certificate=certificate,
        annotators=60,
        people=people,
        confusion=confusion,
        hardest=hardest,
    )


@pytest.fixture
def page_file(tmp_path: Path) -> Path:
    file = tmp_path / "report.html"
    file.write_text(consensus_page(facts()), encoding="utf-8")
    return file


async def test_it_stands_alone_and_fits_every_screen(page_file: Path, browser: Browser) -> None:
    page = await browser.new_page(viewport={"width": 1280, "height": 900})
    asked, problems = list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: problems.append(str(error)))
    await page.goto(page_file.as_uri())
    assert asked == [page_file.as_uri()]
    assert not problems
    await expect(page.locator(".card b")).to_have_count(3)
    figures = page.locator("figure svg")
    await expect(figures).to_have_count(5)
    await expect(figures.nth(0).locator("circle")).to_have_count(8)
    await expect(figures.nth(1).locator("polyline")).to_have_count(3)
    for half in (2, 3):
        await expect(figures.nth(half).locator("circle")).to_have_count(20)  # of 60 annotators
    await expect(figures.nth(4).locator("rect")).to_have_count(16)
    await expect(figures.nth(4)).to_contain_text("<eel>")
    await expect(page.locator("table").first.locator("tbody tr").nth(1)).to_contain_text("<ours>")
    light = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    await page.emulate_media(color_scheme="dark")
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") != light
    await page.set_viewport_size({"width": 360, "height": 800})
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0  # tables scroll inside their own box


def test_it_says_what_is_missing() -> None:
    none = replace(facts(), gold=0, certificate=None, reliability=None, rule="nothing is promised")
    assert "Without gold answers this cannot be checked" in consensus_page(none)
    assert "at the least" not in consensus_page(none)
    assert "Rule: nothing is promised." in consensus_page(none)
    assert "<h2>Annotators" not in consensus_page(replace(none, people=(), confusion=None))
    few = certify(np.full(20, 0.9), np.ones(20, np.bool_), np.full(100, 0.9), target=0.95)
    assert few.threshold is None
    text = consensus_page(replace(facts(), gold=20, certificate=few))
    assert "No label is accepted" in text
    assert f"About {few.more_gold} more gold answers would be enough" in text


def test_many_classes_are_listed_by_their_worst_pairs() -> None:
    confusion = 0.9 * np.eye(30) + 0.1 / 30
    confusion[4, 7] += 0.05
    text = consensus_page(replace(facts(), classes=[f"class {i}" for i in range(30)], confusion=confusion))
    assert "<td>class 4</td><td>class 7</td><td>5.3</td>" in text
