"""Reviews and the guideline on the annotator's page, in a real browser."""

import re

import pytest
from playwright.async_api import Browser, expect

from pages.annotatorkit import (
    CLASSES,
    TEXTS,
    Site,
    shown,
    start,
)

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.timeout(300)]


async def test_a_reviewer_sees_unnamed_votes_and_the_posterior(site: Site, browser: Browser) -> None:
    await disputed(site)
    page = await start(browser, site, query="?project=news", name="eve", key="rev")
    await page.get_by_role("link", name="Review (1)").click()
    await shown(page, "task")
    votes = page.locator("#dispute-votes li")
    await expect(votes).to_have_count(3)
    assert {text.split(None, 2)[2] for text in await votes.all_inner_texts()} == {
        "gold",
        "wheat",
        "skipped: two or more labels fit",
    }
    await expect(page.locator("#dispute-posterior dt")).to_have_text(["wheat", "gold"])
    await expect(page.locator("#dispute-posterior dd")).to_have_text(["52 %", "48 %"])
    await expect(page.locator("#dispute-reason")).to_contain_text("probability 0.52 after 2 votes")
    body = await page.locator("body").inner_text()
    assert not re.search(r"\b(bob|cid|dee)\b", body)
    await page.keyboard.press("2")
    await shown(page, "empty")
    await expect(page.locator("#progress-yours")).to_have_text("You: 1 review · 1 today")


async def disputed(site: Site) -> None:
    """Make one disputed job: two votes that differ, and a skip."""
    await site.jobs("news", ["Gold or wheat?"], votes=2)
    await site.answer("news", "bob", "gold")
    await site.answer("news", "dee", None, code="several_classes")
    await site.answer("news", "cid", "wheat")
    await site.request(
        "news",
        "Gold or wheat?",
        "review",
        reason="probability 0.52 after 2 votes below 0.90, no votes left",
        posterior={"gold": 0.48, "wheat": 0.52},
    )


async def test_votes_and_posteriors_are_never_sent_to_annotators(site: Site) -> None:
    await disputed(site)
    await site.jobs("news", ["A gold item."], purpose="gold")
    for path in ("queue/next", "queue/last", "progress"):
        params = {"annotator": "eve", "lane": "review"}
        assert (await site.call("GET", f"/v1/projects/news/{path}", "ann", params=params)).status_code == 403
    reviewed = await site.call(
        "GET", "/v1/projects/news/queue/next", "rev", params={"annotator": "eve", "lane": "review"}
    )
    assert len(reviewed.json()["dispute"]["votes"]) == 3
    for key in ("ann", "rev"):
        task = (
            await site.call("GET", "/v1/projects/news/queue/next", key, params={"annotator": "fay"})
        ).json()
        assert task["content"]["text"] == "A gold item."  # no sign of it, and no votes in this lane
        assert task["dispute"] is None
        assert not {"purpose", "gold", "votes"} & set(task)
    for path in (f"/v1/projects/news/jobs/{task['task_id']}/tasks", "/v1/projects/news/queue"):
        assert (await site.call("GET", path, "ann")).status_code == 403


MARKDOWN = """# Rules

> Mind the *first* sentence.

| says | choose |
|:--|--:|
| bullion | gold |

1. one
   - nested

[Guide](https://example.com/a) [bad](javascript:alert(1)) ![picture](https://example.com/p.png)

<script>alert(1)</script><img src=x onerror=alert(1)>
"""


async def test_the_guideline_s_markdown_is_shown_and_harmless(site: Site, browser: Browser) -> None:
    site.guideline("news", CLASSES, title="Topics", text=MARKDOWN)
    await site.jobs("news", TEXTS)
    page = await start(browser, site)
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    await shown(page, "task")
    await page.keyboard.press("g")
    prose = page.locator("#guideline-text")
    await expect(prose.locator("table td.right")).to_have_text("gold")
    await expect(prose.locator("blockquote em")).to_have_text("first")
    await expect(prose.locator("ol ul li")).to_have_text("nested")
    await expect(prose.locator("h3")).to_have_text("Rules")
    links = prose.locator("a")
    await expect(links).to_have_text(["Guide", "picture"])
    for index in range(2):
        await expect(links.nth(index)).to_have_attribute("rel", "noopener noreferrer")
    await expect(prose.locator("img, script")).to_have_count(0)
    await expect(prose).to_contain_text("<script>alert(1)</script>")
    await expect(page.locator("#guideline-classes dd em")).to_have_text("coins")
    assert messages == []
