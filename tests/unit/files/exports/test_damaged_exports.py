"""Damaged and odd parts of exports: left out with a count, or refused by name; never an answer of nothing."""

import json
from pathlib import Path
from typing import Any

import pytest

from shoal.files.errors import BadInput
from unit.files.exports.exportskit import (
    ANN,
    BOB,
    annotation,
    choice,
    facts_of,
    rectangle,
    task,
    votes_in,
    write_json,
)

SQUARE = '<box label="Car" xtl="1" ytl="1" xbr="9" ybr="9"/>'


def coco(**changes: Any) -> dict[str, Any]:
    """Return a COCO document of two images with one object each; `changes` of the first object."""
    rows = [
        {"id": index, "image_id": index, "category_id": 1, "bbox": [10, 10, 50, 50],
         "segmentation": [[10, 10, 60, 10, 60, 60]]}
        for index in range(2)
    ]  # fmt: skip
    rows[0] |= changes
    images = [{"id": index, "file_name": f"{index}.png"} for index in range(2)]
    return {"images": images, "annotations": rows, "categories": [{"id": 1, "name": "dog"}]}


def coco_folder(folder: Path, **changes: Any) -> Path:
    write_json(folder / "ann.json", coco(**changes))
    write_json(folder / "bob.json", coco())
    return folder


def cvat(folder: Path, inner: str) -> Path:
    for name, shapes in (("ann", inner), ("bob", SQUARE)):
        (folder / f"{name}.xml").write_text(
            f"<annotations><meta/><image id='0' name='0.png'>{SQUARE}</image>"
            f"<image id='1' name='1.png'>{shapes}</image></annotations>"
        )
    return folder


@pytest.mark.parametrize("end", [-20, -2])
def test_a_damaged_coco_file_is_named_and_no_annotator_vanishes(tmp_path: Path, end: int) -> None:
    coco_folder(tmp_path)
    (tmp_path / "ann.json").write_text(json.dumps(coco())[:end])
    with pytest.raises(BadInput, match=r"ann\.json is damaged"):
        votes_in(tmp_path, shape="boxes")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
def test_coco_files_with_a_byte_order_mark_are_read(tmp_path: Path, encoding: str) -> None:
    coco_folder(tmp_path)
    (tmp_path / "ann.json").write_text(json.dumps(coco()), encoding=encoding)
    assert {annotator for _, annotator, _ in votes_in(tmp_path, shape="boxes")} == {"ann", "bob"}


def test_files_of_another_form_beside_coco_are_named(tmp_path: Path) -> None:
    write_json(coco_folder(tmp_path) / "eve.json", [{"image_id": 0, "bbox": [1, 2, 3, 4]}])
    assert "not read, because of another form: eve.json" in facts_of(tmp_path, shape="boxes")


@pytest.mark.parametrize(
    ("shape", "changes", "reason"),
    [
        ("boxes", {"bbox": [10, 10, float("nan"), 50]}, "with a region of no extent"),
        ("boxes", {"bbox": [10, 10, 10**400, 50]}, "with a bbox that is not [left, top, width, height]"),
        ("boxes", {"iscrowd": 1}, "with a crowd (iscrowd), which is no single object"),
        ("boxes", {"attributes": {"rotation": 30.0}}, "with a rotated box"),
        ("polygons", {"segmentation": []}, "with an object without an outline"),
    ],
)
def test_coco_images_with_odd_objects_are_left_out(
    tmp_path: Path, shape: str, changes: dict[str, Any], reason: str
) -> None:
    coco_folder(tmp_path, **changes)
    assert len(votes_in(tmp_path, shape=shape)) == 3
    assert f"1 left out: {reason}" in facts_of(tmp_path, shape=shape)


def test_ids_of_coco_are_numbers_in_any_form(tmp_path: Path) -> None:
    coco_folder(tmp_path, image_id=0.0, category_id="1")
    assert all(json.loads(label) for _, _, label in votes_in(tmp_path, shape="boxes"))


def test_coco_images_and_categories_with_one_id_are_told(tmp_path: Path) -> None:
    coco_folder(tmp_path)
    odd = coco()
    odd["images"][1]["id"] = 0
    write_json(tmp_path / "ann.json", odd)
    assert len(votes_in(tmp_path, shape="boxes")) == 2
    assert "2 whose image has the id of another one" in facts_of(tmp_path, shape="boxes")
    odd = coco()
    odd["categories"].append({"id": 1, "name": "cat"})
    write_json(tmp_path / "ann.json", odd)
    with pytest.raises(BadInput, match="two categories with the id 1, dog and cat"):
        votes_in(tmp_path, shape="boxes")


@pytest.mark.parametrize("name", ["ellipse", "cuboid", "skeleton", "mask", "polyline", "points"])
def test_cvat_images_with_other_shapes_only_are_no_empty_answers(tmp_path: Path, name: str) -> None:
    folder = cvat(tmp_path, f"<{name} label='Car'/>")
    assert len(votes_in(folder, shape="boxes")) == 3
    assert f"shapes that are not read: 1 {name}; 1 left out: with shapes" in facts_of(folder, shape="boxes")
    folder = cvat(tmp_path, f"{SQUARE}<{name} label='Car'/>")
    assert len(votes_in(folder, shape="boxes")) == 4
    assert len(votes_in(cvat(tmp_path, ""), shape="boxes")) == 4


def test_a_cvat_file_without_images_and_one_of_other_xml_are_named(tmp_path: Path) -> None:
    cvat(tmp_path, SQUARE)
    (tmp_path / "eve.xml").write_text("<annotations/>")
    assert "eve without images" in facts_of(tmp_path, shape="boxes")
    (tmp_path / "eve.xml").write_text("<voc/>")
    with pytest.raises(BadInput, match=r"eve\.xml is XML with the root voc"):
        votes_in(tmp_path, shape="boxes")


@pytest.mark.parametrize("result", [None, "no", {"a": 1}, [5], [{**rectangle(), "value": None}],
                                    [{**rectangle(), "from_name": None}]])  # fmt: skip
def test_results_that_cannot_be_read_are_no_empty_answers(tmp_path: Path, result: Any) -> None:
    odd = {**annotation(ANN), "result": result}
    file = write_json(
        tmp_path / "e.json", [task(1, odd, annotation(BOB, rectangle())), task(2, annotation(ANN))]
    )
    assert [vote[:2] for vote in votes_in(file, shape="boxes")] == [("1", "bob@x.org"), ("2", "ann@x.org")]
    assert "1 left out: with a result" in facts_of(file, shape="boxes")
    file = write_json(
        tmp_path / "e.json", [task(1, {**odd, "was_cancelled": True}, annotation(BOB, rectangle()))]
    )
    assert "1 left out: cancelled" in facts_of(file, shape="boxes")


@pytest.mark.parametrize("other", [{"to_name": "back"}, {"item_index": 1}])
def test_regions_on_several_images_are_questions_of_their_own(tmp_path: Path, other: dict[str, Any]) -> None:
    regions = [rectangle(10), {**rectangle(50), **other}]
    file = write_json(tmp_path / "e.json", [task(1, *(annotation(who, *regions) for who in (ANN, BOB)))])
    second = "box@back" if "to_name" in other else "box@image[1]"
    with pytest.raises(BadInput, match="several questions, box@image, " + second.replace("[", r"\[")):
        votes_in(file, shape="boxes")
    votes = votes_in(file, shape="boxes", label=second)
    assert [json.loads(label)[0][0] for _, _, label in votes] == [50, 50]


def test_candidates_and_choices_are_names(tmp_path: Path) -> None:
    ranker = {"type": "ranker", "from_name": "r", "to_name": "t", "value": {"ranker": [["a"], "b"]}}
    good = {**ranker, "value": {"ranker": ["a", "b"]}}
    file = write_json(tmp_path / "e.json", [task(1, annotation(ANN, ranker), annotation(BOB, good))])
    assert "1 left out: with a candidate that is no name" in facts_of(file, shape="ranking")
    odd = {**choice(), "value": {"choices": [{"a": 1}]}}
    file = write_json(tmp_path / "e.json", [task(1, annotation(ANN, odd), annotation(BOB, choice("a")))])
    assert "1 left out: with choices that are no names" in facts_of(file)


def test_one_odd_time_does_not_change_which_of_other_answers_counts(tmp_path: Path) -> None:
    again = [
        annotation(ANN, choice("new"), created_at="2026-03-02T10:00:00Z"),
        annotation(ANN, choice("old")),
    ]
    odd = annotation(BOB, choice("old"), created_at="yesterday")
    file = write_json(tmp_path / "e.json", [task(1, *again, annotation(BOB, choice("new"))), task(2, odd)])
    assert "1 time of answers cannot be read" in facts_of(file)
    from shoal_qa.adapters.files.votes import Columns, read_votes

    votes = read_votes(file, Columns(), lambda _: None).named
    assert [votes.classes[label] for label in votes.votes.label] == ["new", "new", "old"]


def test_boxes_turned_once_around_are_not_rotated(tmp_path: Path) -> None:
    file = write_json(tmp_path / "e.json", [task(1, annotation(ANN, rectangle(rotation=360)))])
    assert len(votes_in(file, shape="boxes")) == 1


@pytest.mark.parametrize("content", ["[" * 100_000, '{"a":' * 100_000, "[]"])
def test_json_that_is_deep_or_empty_is_refused_in_one_line(tmp_path: Path, content: str) -> None:
    for name in ("e.json", "e.jsonl"):
        (tmp_path / name).write_text(content)
        with pytest.raises(BadInput) as refused:
            votes_in(tmp_path / name)
        assert len(str(refused.value)) < 600
