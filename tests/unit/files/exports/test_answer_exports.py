"""Label Studio, CVAT and COCO exports of regions, orders, pairs, ratings, numbers and texts."""

import json
from pathlib import Path
from typing import Any
from zipfile import ZipFile

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


def result(kind: str, value: dict[str, Any], control: str = "q") -> dict[str, Any]:
    return {"id": "x1", "type": kind, "value": value, "from_name": control, "to_name": "t"}


OUTLINE = {"points": [[1, 2], [30.5, 2], [30.5, 40]], "closed": True, "polygonlabels": ["Car"]}
SPAN = {"start": 4, "end": 9, "text": "BRCA1", "labels": ["gene"]}
SECONDS = {"start": 0.5, "end": 2.25, "channel": 0, "labels": ["speech"]}

RESULTS: list[tuple[str, dict[str, Any], Any]] = [
    ("polygons", result("polygonlabels", OUTLINE), [[[1.0, 2.0], [30.5, 2.0], [30.5, 40.0], "Car"]]),
    ("boxes", rectangle(), [[10.0, 20.0, 40.0, 60.0, "Car"]]),
    ("spans", result("labels", SPAN), [[4.0, 9.0, "gene"]]),
    ("spans", result("labels", SECONDS), [[0.5, 2.25, "speech"]]),
    ("ranking", result("ranker", {"ranker": ["mdn", "wiki", "blog"]}), ["mdn", "wiki", "blog"]),
    ("ranking", result("ranker", {"ranker": {"rank": ["mdn", "wiki"]}}), ["mdn", "wiki"]),
    ("multi", choice("b", "a"), ["a", "b"]),
    ("pair", result("pairwise", {"selected": "left"}), "left"),
    ("rating", result("rating", {"rating": 4}), 4),
    ("number", result("number", {"number": 4.5}), 4.5),
    ("text", result("textarea", {"text": ["first", "second"]}), "first\nsecond"),
]


@pytest.mark.parametrize(("shape", "given", "answer"), RESULTS)
def test_results_of_label_studio_are_answers_of_their_shape(
    shape: str, given: dict[str, Any], answer: Any, tmp_path: Path
) -> None:
    people = [annotation(ANN, given), annotation(BOB, given), annotation(ANN, was_cancelled=True)]
    file = write_json(tmp_path / "a.json", [task(1, *people)])
    votes = votes_in(file, shape=shape)
    assert [(job, who) for job, who, _ in votes] == [("1", "ann@x.org"), ("1", "bob@x.org")]
    for *_, text in votes:
        assert (text if isinstance(answer, str) else json.loads(text)) == answer
    flat = {"id": 1, "annotator": "ann@x.org", "annotation_id": 5, "q": [given["value"]], "lead_time": 3}
    (vote,) = votes_in(write_json(tmp_path / "min.json", [flat]), shape=shape, label="q")
    assert vote[2] == votes[0][2]


@pytest.mark.parametrize(
    ("shape", "given", "reason"),
    [
        ("polygons", {**OUTLINE, "points": [[1, 2], [3, 4]]}, "less than three points"),
        ("polygons", {**OUTLINE, "points": [[1, 2], [3, 4], [5]]}, "a region that is no outline"),
        ("polygons", {**OUTLINE, "points": [[1, 2], [3, 4], ["x", 2]]}, "a region that is no outline"),
        ("polygons", {**OUTLINE, "closed": False}, "not closed"),
        ("ranking", {"ranker": {"good": ["a"], "bad": ["b"]}}, "sorted into buckets"),
        ("ranking", {"ranker": ["a", "b", "a"]}, "a candidate twice"),
        ("ranking", {"ranker": "a"}, "a ranking that is no list"),
        ("boxes", {**rectangle()["value"], "rotation": 12}, "a rotated box"),
        ("spans", {**SPAN, "start": "/div[1]"}, "a span without numeric offsets"),
        ("rating", {"rating": None}, "without a number"),
        ("text", {"text": []}, "without an answer"),
    ],
)
def test_a_result_that_is_no_answer_is_left_out_with_its_reason(
    shape: str, given: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    good = next(one for kind, one, _ in RESULTS if kind == shape)
    people = [annotation(ANN, good), annotation(BOB, {**good, "value": given})]
    file = write_json(tmp_path / "a.json", [task(1, *people)])
    assert len(votes_in(file, shape=shape)) == 1
    left_out = facts_of(file, shape=shape).partition("1 left out: ")[2]
    assert reason in left_out


def test_an_annotation_without_regions_is_an_empty_answer(tmp_path: Path) -> None:
    outline = result("polygonlabels", OUTLINE)
    file = write_json(tmp_path / "a.json", [task(1, annotation(ANN, outline), annotation(BOB))])
    assert [text for *_, text in votes_in(file, shape="polygons")][1] == "[]"


CVAT = (
    '<?xml version="1.0" encoding="utf-8"?><annotations><version>1.1</version>{images}</annotations>'
)  # fmt: skip
IMAGES = (
    '<image id="0" name="a.jpg" width="640" height="480">'
    '<polygon label="car" source="manual" occluded="0" points="1.5,2;30,2;30,40" z_order="0">'
    '<attribute name="colour">red</attribute></polygon>'
    '<box label="car" xtl="1" ytl="2" xbr="30" ybr="40"/></image><image id="1" name="b.jpg"/>'
)


def cvat_folder(folder: Path, *, zipped: bool) -> Path:
    for name in ("ann", "bob"):
        content = CVAT.format(images=IMAGES if name == "ann" else IMAGES.replace('="30"', '="28"'))
        if zipped:
            folder.mkdir(exist_ok=True)
            with ZipFile(folder / f"{name}.zip", "w") as archive:
                archive.writestr("annotations.xml", content)
        else:
            (folder / name).mkdir(parents=True)
            (folder / name / "annotations.xml").write_text(content)
    return folder


@pytest.mark.parametrize("zipped", [True, False])
def test_cvat_exports_of_several_annotators_are_one_file_of_votes(zipped: bool, tmp_path: Path) -> None:
    folder = cvat_folder(tmp_path / "votes", zipped=zipped)
    outlines = votes_in(folder, shape="polygons")
    first = '[[[1.5,2.0],[30.0,2.0],[30.0,40.0],"car"]]'
    assert outlines == [
        ("a.jpg", "ann", first),
        ("b.jpg", "ann", "[]"),
        ("a.jpg", "bob", first),
        ("b.jpg", "bob", "[]"),
    ]
    boxes = {(job, who): json.loads(text) for job, who, text in votes_in(folder, shape="boxes")}
    assert boxes["a.jpg", "bob"] == [[1, 2, 28, 40, "car"]]
    assert "CVAT XML for images, 2 tasks" in facts_of(folder, shape="boxes")
    with pytest.raises(BadInput, match=r"no answers of the shape spans; it has box: .*polygon: "):
        votes_in(folder, shape="spans")


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("1.5,2;30,2;30,40", "1.5,2;30,2", "less than three points"),
        ("1.5,2;30,2;30,40", "1.5,2;30;30,40", "points are no numbers"),
        ("1.5,2;30,2;30,40", "", "points are no numbers"),
        ("1.5,2;30,2;30,40", "1,2;nan,2;30,40", "without finite numbers"),
    ],
)
def test_a_bad_polygon_of_cvat_is_left_out_with_its_reason(
    old: str, new: str, reason: str, tmp_path: Path
) -> None:
    file = tmp_path / "ann.xml"
    file.write_text(CVAT.format(images=IMAGES.replace(old, new)))
    assert votes_in(file, shape="polygons") == [("b.jpg", "ann", "[]")]
    assert reason in facts_of(file, shape="polygons")


def test_a_broken_file_of_one_annotator_is_named(tmp_path: Path) -> None:
    folder = cvat_folder(tmp_path / "votes", zipped=True)
    (folder / "eve.xml").write_text("<annotations><image>")
    with pytest.raises(BadInput, match=r"eve\.xml is no well-formed XML"):
        votes_in(folder, shape="boxes")
    (folder / "eve.xml").write_bytes(b'<?xml version="1.0" encoding="utf-7"?><annotations/>')
    with pytest.raises(BadInput, match=r"eve\.xml is no well-formed XML"):
        votes_in(folder, shape="boxes")
    (folder / "eve.xml").unlink()
    (folder / "eve.zip").write_text("nothing")
    with pytest.raises(BadInput, match=r"eve\.zip is no ZIP file"):
        votes_in(folder, shape="boxes")


def coco(**changes: Any) -> dict[str, Any]:
    """Return a COCO file of two images, one with a car; changes: of its annotation."""
    car = {
        "id": 1,
        "image_id": 7,
        "category_id": 3,
        "bbox": [1, 2, 29, 38],
        "segmentation": [[1, 2, 30, 2, 30, 40]],
        "area": 1102,
        "iscrowd": 0,
    }
    return {
        "info": {},
        "images": [
            {"id": 7, "file_name": "a.jpg", "width": 640, "height": 480},
            {"id": 8, "file_name": "b.jpg", "width": 640, "height": 480},
        ],
        "annotations": [car | changes],
        "categories": [{"id": 3, "name": "car"}],
    }


@pytest.mark.parametrize("where", ["{}.json", "{}/annotations/instances_default.json", "{}/result.json"])
def test_coco_files_of_several_annotators_are_one_file_of_votes(where: str, tmp_path: Path) -> None:
    folder = tmp_path / "votes"
    for name in ("ann", "bob"):
        file = folder / where.format(name)
        file.parent.mkdir(parents=True, exist_ok=True)
        write_json(file, coco() if name == "ann" else coco(bbox=[1, 2, 20, 38]))
    archive = tmp_path / "votes.zip"
    with ZipFile(archive, "w") as parts:
        for path in folder.rglob("*.json"):
            parts.write(path, path.relative_to(folder))
    for source in (folder, archive):
        boxes = [(job, who, json.loads(text)) for job, who, text in votes_in(source, shape="boxes")]
        assert boxes == [
            ("a.jpg", "ann", [[1, 2, 30, 40, "car"]]),
            ("b.jpg", "ann", []),
            ("a.jpg", "bob", [[1, 2, 21, 40, "car"]]),
            ("b.jpg", "bob", []),
        ]
        outline = json.loads(votes_in(source, shape="polygons")[0][2])
        assert outline == [[[1, 2], [30, 2], [30, 40], "car"]]
    facts = "COCO, 2 tasks, 2 annotations; label from bbox; annotator from the files' names"
    assert facts_of(folder, shape="boxes") == facts


def test_one_coco_file_holds_right_answers_by_name_or_id(tmp_path: Path) -> None:
    file = write_json(tmp_path / "gold.json", coco())
    assert [vote[0] for vote in votes_in(file, shape="boxes", gold=True)] == ["a.jpg", "b.jpg"]
    assert [vote[0] for vote in votes_in(file, shape="boxes", task="id")] == ["7", "8"]
    with pytest.raises(BadInput, match=r"no answers of the shape class; it has bbox: .*--shape boxes"):
        votes_in(file)


@pytest.mark.parametrize(
    ("shape", "changes", "reason"),
    [
        ("boxes", {"bbox": [1, 2, 3]}, "a bbox that is not"),
        ("boxes", {"bbox": [1, 2, 0, 3]}, "a region of no extent"),
        ("boxes", {"bbox": ["a", 2, 3, 4]}, "a bbox that is not"),
        ("boxes", {"category_id": 9}, "a category_id that `categories` does not name"),
        ("boxes", {"image_id": 9}, "of an image that the file does not list"),
        ("polygons", {"segmentation": {"size": [4, 4], "counts": "x"}}, "a mask as run lengths"),
        ("polygons", {"segmentation": [[1, 2, 3]]}, "a segmentation that is not"),
        ("polygons", {"segmentation": [[1, 2, 3, 4]]}, "less than three points"),
        ("polygons", {"segmentation": "x"}, "a segmentation that is not"),
    ],
)
def test_a_bad_annotation_of_coco_is_left_out_with_its_reason(
    shape: str, changes: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    folder = tmp_path / "votes"
    folder.mkdir()
    write_json(folder / "ann.json", coco())
    write_json(folder / "bob.json", coco(**changes))
    votes = votes_in(folder, shape=shape)
    assert {who for _, who, text in votes if text != "[]"} == {"ann"}
    assert reason in facts_of(folder, shape=shape)
