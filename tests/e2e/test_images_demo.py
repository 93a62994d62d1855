"""The demo on images against running services, on few pictures that the test draws."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from e2e.conftest import Running
from shoal_local.demo.images.cells import DEFECTIVE, INTACT, Cell
from shoal_local.demo.images.plan import ImagePlan, ImageSet, split_cells
from shoal_local.demo.images.report import ImageFacts, report_images
from shoal_local.demo.images.run import run_rounds

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(900)]

PLAN = ImagePlan(
    rounds=1,
    stream=24,
    defective=0.25,
    first=4,
    examples=2,
    held_out=12,
    votes_per_round=18,
    similar_per_round=9,
    people=6,
    accept=0.6,  # so few votes make nothing more probable
)


def draw_cell(number: int, truth: str) -> Cell:
    """Return a picture of a grey plate; a defective one has a black crack."""
    image = Image.new("L", (150, 150), 150 + number % 60)
    drawing = ImageDraw.Draw(image)
    for y in (40, 75, 110):
        drawing.line([(5, y), (145, y)], fill=110, width=3)
    if truth == DEFECTIVE:
        drawing.polygon([(10, 10 + number), (90, 50), (140, 130), (60, 90)], fill=0)
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return Cell(f"cell{number}", stream.getvalue(), truth)


async def test_both_arms_label_pictures_within_their_budget(running: Running) -> None:
    truth = [DEFECTIVE if number % 4 == 0 else INTACT for number in range(60)]
    cells = {row: draw_cell(row, name) for row, name in enumerate(truth)}
    vectors = {row: np.eye(2, dtype=np.float32)[int(name == DEFECTIVE)] for row, name in enumerate(truth)}
    images = ImageSet(cells=cells, vectors=vectors, uses=split_cells(truth, PLAN, 1))
    outcomes = await run_rounds(running.shoal.urls, images, PLAN)
    for outcome in outcomes.values():
        assert 0 < outcome.votes <= outcome.reserved[-1] <= PLAN.votes_per_round
        assert len(outcome.choices) == outcome.reserved[-1] / PLAN.max_votes
        rows = list(map(json.loads, (Path(outcome.dataset) / "data.jsonl").read_text().splitlines()))
        labels = {choice.row: choice.label for choice in outcome.choices if choice.label is not None}
        assert {row["source_id"]: row["label"] for row in rows} == {
            cells[row].name: label for row, label in labels.items()
        }
    assert outcomes["shoal"].defects[-1] >= 1
    page = report_images(
        outcomes, images, ImageFacts(plan=PLAN, defective=images.count_defective(), seconds=1)
    )
    assert page.count("<img ") == PLAN.examples + sum(len(outcome.choices) for outcome in outcomes.values())
