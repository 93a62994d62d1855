"""`shoal qa consensus --shape` and `shoal qa agreement --shape` on exports of annotation tools."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from unit.qa.fileskit import rows_of, run

TASKS, PEOPLE = 12, ("ann", "bob", "cy")
Value = dict[str, Any]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def seen_box(task: int, person: int) -> list[float]:
    """Return a box as one person draws it: left, top, right, bottom in percent."""
    edge = np.random.default_rng([task, person]).uniform(-1, 1, 4)
    return (np.array([10 + task, 20, 50 + task, 70]) + edge).round(2).tolist()


def corners(box: list[float]) -> list[list[float]]:
    left, top, right, bottom = box
    return [[left, top], [right, top], [right, bottom], [left, bottom]]


def rectangle(task: int, person: int) -> Value:
    left, top, right, bottom = seen_box(task, person)
    return {
        "x": left, "y": top, "width": right - left, "height": bottom - top, "rotation": 0,
        "rectanglelabels": ["car"],
    }  # fmt: skip


def outline(task: int, person: int) -> Value:
    return {"points": corners(seen_box(task, person)), "closed": True, "polygonlabels": ["car"]}


def span(task: int, person: int) -> Value:
    return {"start": task, "end": task + 20 + person % 2, "text": "", "labels": ["gene"]}


def ranked(task: int, person: int) -> Value:
    order = ["a", "b", "c"] if task % 2 else ["c", "b", "a"]
    return {"ranker": order[::-1] if person == 2 and task == 3 else order}


def rated(task: int, person: int) -> Value:
    return {"rating": 1 + task % 5 if (task, person) != (3, 2) else 5}


def counted(task: int, person: int) -> Value:
    return {"number": task + person / 100}


def written(task: int, person: int) -> Value:
    return {"text": [f"the number {task} was called" + "!" * (person == 2)]}


def preferred(task: int, person: int) -> Value:
    return {"selected": "left" if (task % 2 == 0) != ((task, person) == (3, 2)) else "right"}


def ticked(task: int, person: int) -> Value:
    return {"choices": ["red", "old"] if (task + (person == 2 and task == 3)) % 2 else ["new"]}


LABEL_STUDIO: dict[str, tuple[str, Callable[[int, int], Value]]] = {
    "boxes": ("rectanglelabels", rectangle),
    "polygons": ("polygonlabels", outline),
    "spans": ("labels", span),
    "ranking": ("ranker", ranked),
    "rating": ("rating", rated),
    "number": ("number", counted),
    "text": ("textarea", written),
    "pair": ("pairwise", preferred),
    "multi": ("choices", ticked),
}


def write_label_studio(shape: str) -> None:
    kind, value_of = LABEL_STUDIO[shape]
    records = []
    for task in range(TASKS):
        annotations = []
        for number, name in enumerate(PEOPLE):
            result = {"from_name": "q", "to_name": "d", "type": kind, "value": value_of(task, number)}
            person = {"id": number, "email": f"{name}@x.org"}
            annotations.append({"completed_by": person, "result": [result], "was_cancelled": False})
        records.append({"id": task, "data": {"d": "x"}, "annotations": annotations})
    Path("votes.json").write_text(json.dumps(records))


def write_cvat() -> None:
    Path("votes").mkdir()
    for number, name in enumerate(PEOPLE):
        images = []
        for task in range(TASKS):
            left, top, right, bottom = box = seen_box(task, number)
            points = ";".join(f"{x},{y}" for x, y in corners(box))
            images.append(
                f'<image id="{task}" name="{task}.jpg" width="100" height="100">'
                f'<box label="car" xtl="{left}" ytl="{top}" xbr="{right}" ybr="{bottom}"/>'
                f'<polygon label="car" points="{points}"/></image>'
            )
        Path(f"votes/{name}.xml").write_text(f"<annotations>{''.join(images)}</annotations>")


def write_coco() -> None:
    Path("votes").mkdir()
    for number, name in enumerate(PEOPLE):
        annotations = []
        for task in range(TASKS):
            left, top, right, bottom = box = seen_box(task, number)
            flat = [end for point in corners(box) for end in point]
            bbox = [left, top, right - left, bottom - top]
            annotations.append({"image_id": task, "category_id": 1, "bbox": bbox, "segmentation": [flat]})
        images = [{"id": task, "file_name": f"{task}.jpg"} for task in range(TASKS)]
        content = {"images": images, "annotations": annotations, "categories": [{"id": 1, "name": "car"}]}
        Path(f"votes/{name}.json").write_text(json.dumps(content))


def measured(source: str, shape: str) -> tuple[list[dict[str, str]], float]:
    """Return the labels, and alpha."""
    code, _, told = run("consensus", "--votes", source, "--shape", shape, "--output", "labels.csv")
    assert code == 0, told
    code, text, told = run("agreement", "--votes", source, "--shape", shape, "--format", "json")
    assert code == 0, told
    return rows_of("labels.csv"), json.loads(text)["alpha"]


@pytest.mark.parametrize("shape", LABEL_STUDIO)
def test_exports_of_label_studio_have_a_consensus_of_every_shape(shape: str) -> None:
    write_label_studio(shape)
    rows, alpha = measured("votes.json", shape)
    assert [row["task"] for row in rows] == sorted(map(str, range(TASKS)))
    assert {row["votes"] for row in rows} == {"3"}
    assert 0.5 < alpha < 1
    label = next(row["label"] for row in rows if row["task"] == "3")
    expected = {
        "ranking": "a > b > c", "rating": "4", "pair": "right", "multi": "old|red",
        "text": "the number 3 was called",
    }  # fmt: skip
    if shape in expected:
        assert label == expected[shape]


@pytest.mark.parametrize("write", [write_cvat, write_coco])
@pytest.mark.parametrize("shape", ["boxes", "polygons"])
def test_files_of_cvat_and_coco_have_the_consensus_of_label_studio_s(
    write: Callable[[], None], shape: str
) -> None:
    write_label_studio(shape)
    theirs, alpha_there = measured("votes.json", shape)
    write()
    ours, alpha = measured("votes", shape)
    assert alpha == pytest.approx(alpha_there, abs=1e-4)
    by_task = {row["task"].removesuffix(".jpg"): row["label"] for row in ours}
    for row in theirs:
        ends = [np.array(json.loads(text)[0][:-1], float) for text in (row["label"], by_task[row["task"]])]
        assert ends[0] == pytest.approx(ends[1], abs=1e-3)
