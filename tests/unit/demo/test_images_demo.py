"""The parts of the demo on images: its photos' table, the split, the simulated inspectors, the page."""

import asyncio
import io
import json
from collections import Counter
from contextlib import nullcontext, suppress
from typing import Any

import httpx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from shoal_local.demo.images.cells import DEFECTIVE, INTACT, Cell, parse_rows
from shoal_local.demo.images.inspectors import Inspectors
from shoal_local.demo.images.plan import Choice, ImageOutcome, ImagePlan, ImageSet, Uses, split_cells
from shoal_local.demo.images.report import ImageFacts, report_images, table_rows
from shoal_local.demo.workforce import Minds, Person, text_key

PLAN = ImagePlan(rounds=2, stream=50, held_out=50, first=10, examples=3)
TRUTH = [DEFECTIVE] * 20 + [INTACT] * 200


def png(shade: int) -> bytes:
    """Return a small grey picture."""
    stream = io.BytesIO()
    Image.new("L", (30, 20), shade).save(stream, "PNG")
    return stream.getvalue()


def test_only_cells_of_which_the_experts_were_sure_are_read() -> None:
    table = "images/cell0001.png  1.0  mono\nimages/cell0002.png  0.333333  poly\nimages/cell0003.png 0.0 poly\n\n"
    assert list(parse_rows(table)) == [("images/cell0001.png", DEFECTIVE), ("images/cell0003.png", INTACT)]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_every_cell_has_one_use_and_defects_are_as_rare_as_planned(seed: int) -> None:
    uses = split_cells(TRUTH, PLAN, seed)
    rows = uses.rows()
    assert len(rows) == len(set(rows)) == 10 + 3 + 50 + 2 * 50
    stream = [row for part in uses.rounds for row in part]
    shares = [Counter(TRUTH[row] for row in part)[DEFECTIVE] for part in (uses.held_out, stream)]
    assert shares == [round(0.06 * 50), round(0.06 * 100)]
    assert {TRUTH[row] for row in uses.examples} == {DEFECTIVE}
    assert {TRUTH[row] for row in uses.first} == {INTACT}


class Queue:
    """The gateway's queue of one project, with one task for each person, and one picture."""

    def __init__(self) -> None:
        self.answers: list[dict[str, Any]] = []
        self.pictures = 0
        self.size = (30, 20)
        self.status = 201  # of the answers to an answer
        self.looks = 0
        self.idle: set[str] = set()  # people for whom nothing is left

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer as the services do."""
        if request.url.path.endswith("/queue/next"):
            return self._next(request.url.params["annotator"])
        if request.url.path.startswith("/v1/media/"):
            self.pictures += 1
            return httpx.Response(200, content=png(200))
        self.answers.append(json.loads(request.content))
        return httpx.Response(self.status, json={})

    def _next(self, annotator: str) -> httpx.Response:
        self.looks += 1
        if self.looks == 1:  # the guideline has not arrived yet
            return httpx.Response(404)
        if any(answer["annotator"] == annotator for answer in self.answers):
            self.idle.add(annotator)
            return httpx.Response(204)
        width, height = self.size
        media = {"url": "http://ingest/v1/media/token", "width": width, "height": height}
        content = {"kind": "image", "sha256": "ab" * 32, "media": media}
        schema = {"kind": "single_choice", "classes": [{"name": INTACT}, {"name": DEFECTIVE}]}
        return httpx.Response(200, json={"task_id": "t1", "content": content, "schema": schema})


async def answers_of(queue: Queue) -> list[dict[str, Any]]:
    """Let two careful people work until the queue is empty."""
    people = [Person(name, "careful", skill=1.0, pace_s=3.0) for name in ("ada", "bob")]
    minds = Minds({text_key("ab" * 32): DEFECTIVE}, {DEFECTIVE: [INTACT]}, 4)
    async with httpx.AsyncClient(transport=httpx.MockTransport(queue.answer)) as http:
        crew = Inspectors(project="p", url="http://gateway", http=http, people=people, minds=minds)
        work = asyncio.create_task(crew.work())
        async with asyncio.timeout(60):
            while len(queue.idle) < len(people) and not work.done():
                await asyncio.sleep(0.01)
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work
    return queue.answers


async def test_inspectors_load_the_picture_and_answer_what_it_shows() -> None:
    queue = Queue()
    answers = await answers_of(queue)
    assert sorted(answer["annotator"] for answer in answers) == ["ada", "bob"]
    assert [answer["answer"] for answer in answers] == [{"kind": "class", "label": DEFECTIVE}] * 2
    assert queue.pictures == 2


@pytest.mark.parametrize(("status", "stops"), [(409, False), (422, True)])
async def test_only_an_answer_to_a_task_that_others_closed_may_be_refused(status: int, stops: bool) -> None:
    queue = Queue()
    queue.status = status
    with pytest.raises(RuntimeError, match="422") if stops else nullcontext():
        assert len(await answers_of(queue)) == 2


async def test_a_picture_of_another_size_stops_the_demo() -> None:
    queue = Queue()
    queue.size = (31, 20)
    with pytest.raises(RuntimeError, match="30, 20"):
        await answers_of(queue)


def image_set() -> ImageSet:
    """Return two cells."""
    cells = {row: Cell(f"cell{row}", png(40 * row), truth) for row, truth in enumerate((DEFECTIVE, INTACT))}
    uses = Uses(rounds=[[0, 1]], first=[], examples=[0], held_out=[])
    return ImageSet(cells=cells, vectors=dict.fromkeys(cells, np.zeros(2, np.float32)), uses=uses)


def outcome(arm: str, found: int) -> ImageOutcome:
    """Return the outcome of an arm with two chosen pictures."""
    return ImageOutcome(
        arm=arm,
        choices=[Choice(0, DEFECTIVE), Choice(1, None)],
        reserved=[6],
        defects=[found],
        precision=[0.2, 0.4],
        votes=5,
        cost=0.25,
        dataset="/tmp/<version>",
    )


def test_the_page_stands_alone_and_shows_what_was_chosen() -> None:
    outcomes = {"random": outcome("random", 0), "shoal": outcome("shoal", 1)}
    facts = ImageFacts(plan=PLAN, defective=2, seconds=60)
    html = report_images(outcomes, image_set(), facts)
    assert html.count("<svg") == 2
    assert html.count('src="data:image/jpeg;base64,') == html.count("src=") == 5
    assert "1 of 2" in html
    assert "/tmp/&lt;version&gt;" in html
    for outside in ("http://", "https://", "<script", "<link"):
        assert outside not in html
    rows = {name: (random, shoal) for name, random, shoal in table_rows(outcomes, facts)}
    assert rows["recall of defective cells"] == ("0%", "50%")
    assert rows["cost per defective cell found"] == ("none found", "0.25")
