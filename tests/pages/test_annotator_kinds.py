"""Every label type before the gateway and its database: what a person draws is the vote that is announced."""

from typing import Any

import pytest
from playwright.async_api import Browser

from pages.annotatorkit import shown, start
from pages.handskit import TASKS
from pages.jobkit import announce, announced_votes, open_gateway, request_votes
from shoal.contracts.label_schemas import SCHEMA_KINDS

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.timeout(300)]

NEAR = 0.012  # of the image's side: a screen pixel, and the reach of snapping


def is_drawn(stored: Any, drawn: Any) -> bool:
    """Return whether stored JSON is what was drawn; numbers with a fraction are places on a picture."""
    if isinstance(drawn, dict):
        return stored.keys() == drawn.keys() and all(is_drawn(stored[name], drawn[name]) for name in drawn)
    if isinstance(drawn, list):
        return len(stored) == len(drawn) and all(map(is_drawn, stored, drawn))
    return abs(stored - drawn) <= NEAR if isinstance(drawn, float) else bool(stored == drawn)


def test_every_kind_of_label_schema_has_a_task() -> None:
    assert {task.schema["kind"] for task in TASKS.values()} == set(SCHEMA_KINDS)


@pytest.mark.parametrize("name", TASKS)
async def test_a_task_is_done_with_the_mouse_and_with_the_keyboard_alone(
    browser: Browser, migrated_dsn: str, name: str
) -> None:
    task, project = TASKS[name], TASKS[name].schema["kind"].replace("_", "-")
    async with open_gateway(migrated_dsn) as site:
        announce(site, project, task.schema)
        await request_votes(site, project, task.content, votes=2)
        for who, work in (("mouse", task.mouse), ("keyboard", task.keyboard)):
            page = await start(browser, site, f"?project={project}", name=who)
            await shown(page, "task")
            await work(page)
            await shown(page, "empty")
        votes = await announced_votes(site)
    for who, drawn in (("mouse", task.pointed), ("keyboard", task.pressed)):
        assert votes[who].answer is not None
        stored = votes[who].answer.model_dump(mode="json")
        assert is_drawn(stored, drawn), stored
