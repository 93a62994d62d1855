"""The simulated vendor's promises (docs/generic-vendor.md): no lost answer, signed webhooks."""

import asyncio
import random
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.security import verify_webhook
from shoal_local.demo.workforce import (
    Board,
    Minds,
    Task,
    Terms,
    Workforce,
    make_people,
    serve_workforce,
    text_key,
)
from shoal_local.demo.workforce.board import BadCursor
from shoal_local.demo.workforce.webhooks import Webhooks

SECRET = "a secret of the test"


def task(number: int, votes: int = 2, priority: int = 0) -> Task:
    return Task(
        external_id=f"t{number}",
        number=number,
        project="news",
        text=f"text {number}",
        classes=("a", "b"),
        votes=votes,
        priority=priority,
        callback_url=None,
    )


@given(st.lists(st.integers(0, 3), max_size=40), st.integers(1, 7))
def test_a_reader_of_the_feed_misses_nothing_and_sees_nothing_twice(steps: list[int], limit: int) -> None:
    board, shown, numbers = Board(), 0, list[int]()
    cursor: str | None = None
    for step in [*steps, 0]:
        for _ in range(step):
            board.publish("news", {"n": shown})
            shown += 1
        more = True
        while more:
            page = board.feed("news", cursor, limit)
            assert board.feed("news", cursor, limit) == page  # again from the same cursor: the same page
            numbers += [annotation["n"] for annotation in page.annotations]
            cursor, more = page.cursor, page.more
    assert numbers == list(range(shown))


@pytest.mark.parametrize("cursor", ["1", "-1", "x", "²"])
def test_a_cursor_that_was_never_handed_out_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        Board().feed("news", cursor, 10)


STEPS = st.sampled_from(["take", "finish", "skip", "want", "cancel"])


@given(st.lists(st.tuples(STEPS, st.integers(0, 3)), max_size=80))
def test_no_task_gets_more_votes_than_wanted_nor_two_of_one_person(steps: list[tuple[str, int]]) -> None:
    board, busy, answers = Board(), dict[str, Task](), list[tuple[str, str]]()
    for number in range(3):
        board.add(task(number))
    for what, who in steps:
        name = f"p{who}"
        if what == "take" and name not in busy and (assigned := board.take(name)):
            busy[name] = assigned
        elif what in ("finish", "skip") and name in busy:
            finished = busy.pop(name)
            if board.finish(finished, name, answered=what == "finish"):
                answers.append((finished.external_id, name))
        elif what == "want":
            board.want("t0", 3)
        elif what == "cancel":
            board.cancel("t2")
    assert len(answers) == len(set(answers))
    assert all(task.answers + len(task.busy) <= task.votes for task in board.tasks.values())


def test_the_urgent_first_and_cancelled_content_is_forgotten() -> None:
    board = Board()
    board.add(task(1))
    board.add(task(2, priority=5))
    first = board.take("p")
    assert first is not None
    assert first.external_id == "t2"
    board.cancel("t2")
    assert first.text == ""
    assert not board.finish(first, "p", answered=True)


async def test_votes_come_by_feed_with_revisions_and_webhooks_are_signed() -> None:
    truth = {text_key(f"text {n}"): "a" for n in range(120)}
    minds = Minds(truth, {"a": ["b"]}, 1)
    received: list[dict[str, Any]] = []

    async def take(request: httpx.Request) -> httpx.Response:
        verify_webhook(SECRET, request.headers, request.content, now=datetime.now(UTC))
        received.append(dict(request.headers))
        return httpx.Response(503 if len(received) == 1 else 202)

    workforce = Workforce(make_people(1), minds, Terms(speedup=1e6))
    guideline = {"label_schema": {"classes": [{"name": "a"}, {"name": "b"}]}}
    orders = [
        {
            "external_id": f"t{n}",
            "project": "news",
            "guideline": "1",
            "content": {"text": f"text {n}"},
            "votes": 3,
        }
        for n in range(120)
    ]
    async with serve_workforce(workforce) as url, httpx.AsyncClient(base_url=url, timeout=60) as http:
        await http.post("/tasks", json={"guidelines": {"1": guideline}, "tasks": orders})
        entries: list[dict[str, Any]] = []
        async with asyncio.timeout(120):
            while sum(e["action"] == "submitted" for e in entries) < 360:
                entries = await read(http)
    votes = [entry for entry in entries if entry["action"] == "submitted"]
    assert len({(entry["external_id"], entry["annotator"]) for entry in votes}) == 360
    assert {entry["revision"] for entry in entries if entry["action"] == "updated"} == {2}
    hooks = Webhooks(SECRET, 0.0, random.Random(1))
    async with httpx.AsyncClient(transport=httpx.MockTransport(take)) as client:
        await hooks._send(client, "http://shoal/hook", entries[:3])
    assert hooks.delivered == 3
    assert received[0]["webhook-id"] == received[1]["webhook-id"]


async def read(http: httpx.AsyncClient) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    cursor: dict[str, str] = {}
    while True:
        page = (await http.get("/annotations", params={"project": "news", "limit": 50, **cursor})).json()
        entries += page["annotations"]
        cursor = {"cursor": page["next_cursor"]}
        if not page["more"]:
            return entries
