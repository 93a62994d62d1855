"""A person labels texts with the keyboard in a real browser; a reviewer decides what the votes left open."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Page, expect

from browserkit import open_browser
from e2e.client import Client, eventually
from e2e.conftest import Running

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.timeout(900)]
TEXTS = ["Wheat fell.", "Gold rose.", "Wheat rose."]


async def test_labelling_with_the_keyboard(running: Running, chromium: str, tmp_path: Path) -> None:
    async with httpx.AsyncClient(timeout=30) as http:
        client = Client(running.shoal, http)
        await client.project("page", ["gold", "wheat"])
        await client.done(
            "qa",
            "PUT",
            "/v1/projects/page/rule",
            json={"model": "majority", "min_votes": 1, "accept_probability": 0.7},
        )
        campaign = {
            "strategy": {"kind": "random", "share": 1.0, "duplicate_similarity": 2.0},
            "budget": {"votes": 30},
        }
        await client.campaign("page", name="all", labeling={"votes": 1, "max_votes": 1}, **campaign)
        await client.send(
            [{"project": "page", "source_id": str(n), "text": text} for n, text in enumerate(TEXTS)]
        )

        async def waiting() -> bool:
            found = await client.done("labeling-gateway", "GET", "/v1/projects/page/progress")
            return bool(found["waiting"] == len(TEXTS))

        await eventually(waiting)
        async with open_browser(chromium) as browser:
            page = await browser.new_page(viewport={"width": 1280, "height": 800})
            problems: list[str] = []
            page.on("pageerror", lambda error: problems.append(str(error)))
            await page.goto(running.shoal.urls["labeling-gateway"] + "/?project=page")
            await work(page, tmp_path)
        assert problems == []

        async def votes() -> list[dict[str, Any]]:
            rows = (await client.done("qa", "GET", "/v1/projects/page/annotations"))["annotations"]
            newest = {row["annotation_id"]: row for row in rows}
            given = [row for row in newest.values() if row["label"]]
            return given if len(given) == len(TEXTS) else []

        given = await eventually(votes)
        assert {row["annotator"] for row in given} == {"ada"}

        async def accepted() -> bool:
            labels = {each["content"]["text"]: each["label"] for each in await client.labels("page")}
            return labels == {text: text.split()[0].lower() for text in TEXTS}

        await eventually(accepted)


async def work(page: Page, folder: Path) -> None:
    """Give a name, look at the guideline, label all texts, and take one answer back on the way."""
    await page.fill("#in-name", "ada")
    await page.keyboard.press("Enter")
    await expect(page.locator("body")).to_have_attribute("data-view", "task")
    await page.keyboard.press("g")
    await expect(page.locator("#guideline")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.screenshot(path=folder / "task.png")
    for number in range(len(TEXTS)):
        text = await page.locator("#text").inner_text()
        right, wrong = ("1", "2") if text.startswith("Gold") else ("2", "1")
        if number == 1:
            await answer(page, wrong, text)
            await page.keyboard.press("u")
            await expect(page.locator("#text")).to_have_text(text)
        await answer(page, right, text)
    await expect(page.locator("body")).to_have_attribute("data-view", "empty")


async def answer(page: Page, key: str, text: str) -> None:
    """Press a label's key, and wait for another text or for the end."""
    await page.keyboard.press(key)
    changed = (
        "old => document.body.dataset.view === 'empty'"
        " || (document.getElementById('text')?.innerText ?? old) !== old"
    )
    await page.wait_for_function(changed, arg=text)


async def test_a_dispute_and_a_killed_gateway(running: Running, chromium: str) -> None:
    """Votes that differ reach a reviewer with qa's posterior; an answer outlives the death of the gateway."""
    async with httpx.AsyncClient(timeout=30) as http:
        client = Client(running.shoal, http)
        await client.project("dispute", ["gold", "wheat"])
        rule = {"model": "majority", "min_votes": 2, "max_votes": 2, "accept_probability": 0.95}
        await client.done("qa", "PUT", "/v1/projects/dispute/rule", json=rule)
        strategy = {"kind": "random", "share": 1.0}
        labeling = {"votes": 2, "max_votes": 2}
        await client.campaign(
            "dispute", name="all", strategy=strategy, budget={"votes": 4}, labeling=labeling
        )
        await client.send([{"project": "dispute", "source_id": "1", "text": "Gold or wheat?"}])
        for annotator, label in (("ann", "gold"), ("bob", "wheat")):
            await vote(client, "dispute", annotator, label)
        async with open_browser(chromium) as browser:
            page = await browser.new_page()
            await page.add_init_script("localStorage.setItem('shoal.name', 'eve')")
            await page.goto(running.shoal.urls["labeling-gateway"] + "/?project=dispute&lane=review")
            await expect(page.locator("#dispute-votes li")).to_have_count(2, timeout=60_000)
            await expect(page.locator("#dispute-posterior dd")).to_have_text(["50 %", "50 %"])
            running.shoal.kill("labeling-gateway")
            await page.keyboard.press("2")
            await expect(page.locator("#unsent")).to_contain_text("Your answer “wheat” is not saved yet")
            running.shoal.restart("labeling-gateway")
            await expect(page.locator("#unsent")).to_be_hidden(timeout=60_000)

        async def decided() -> bool:
            return [label["label"] for label in await client.labels("dispute")] == ["wheat"]

        await eventually(decided)


async def vote(client: Client, project: str, annotator: str, label: str) -> None:
    """Answer the annotator's next task as soon as there is one."""

    async def task() -> dict[str, Any]:
        path = f"/v1/projects/{project}/queue/next"
        response = await client.ask("labeling-gateway", "GET", path, params={"annotator": annotator})
        return dict(response.json()) if response.status_code == 200 else {}

    job = await eventually(task)
    body = {"annotator": annotator, "answer": {"label": label}}
    await client.done("labeling-gateway", "POST", f"/v1/tasks/{job['task_id']}/annotations", json=body)
