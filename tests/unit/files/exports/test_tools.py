"""Exports of Prodigy, Argilla, doccano, CVAT, Labelbox, Mechanical Turk and Toloka."""

import csv
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from shoal.files.errors import BadInput
from unit.files.exports.exportskit import facts_of, votes_in, write_json, write_lines


def answered(number: int, who: str, **more: Any) -> dict[str, Any]:
    """Return an example as `prodigy db-out` writes it."""
    return {
        "text": f"text {number}",
        "_input_hash": -100 - number,
        "_task_hash": 500 + number,
        "_view_id": "choice",
        "answer": "accept",
        "_timestamp": 1700000000 + number,
        "_annotator_id": f"news-{who}",
        "_session_id": f"news-{who}",
        **more,
    }


OPTIONS = [{"id": "A", "text": "A"}, {"id": "B", "text": "B"}]


def test_prodigy_choices(tmp_path: Path) -> None:
    examples = [
        answered(1, "ann", options=OPTIONS, accept=["A"]),
        answered(1, "bob", options=OPTIONS, accept=["B"]),
        answered(2, "ann", options=OPTIONS, accept=[], answer="ignore"),
        answered(2, "bob", options=OPTIONS, accept=["A"], answer="reject"),
        answered(3, "ann", options=OPTIONS, accept=[]),
    ]
    file = write_lines(tmp_path / "p.jsonl", examples)
    assert votes_in(file) == [("-101", "news-ann", "A"), ("-101", "news-bob", "B")]
    assert facts_of(file) == (
        "Prodigy JSON lines, 3 tasks, 5 annotations; label from accept, task from _input_hash; "
        "3 left out: 1 ignored, 1 rejected, 1 without an answer"
    )


def test_prodigy_choices_of_several_questions_are_refused(tmp_path: Path) -> None:
    other = [{"id": "x"}, {"id": "y"}]
    examples = [
        answered(1, "ann", options=OPTIONS, accept=["A"]),
        answered(2, "ann", options=other, accept=["x"]),
    ]
    with pytest.raises(
        BadInput, match="several questions, with the options A, B; x, y: give one file for each"
    ):
        votes_in(write_lines(tmp_path / "p.jsonl", examples))


def test_prodigy_accepts_or_rejects_a_label(tmp_path: Path) -> None:
    examples = [
        answered(1, "ann", label="SPORT", _view_id="classification"),
        answered(1, "bob", label="SPORT", _view_id="classification", answer="reject"),
    ]
    file = write_lines(tmp_path / "p.jsonl", examples)
    assert votes_in(file) == [("501", "news-ann", "accept"), ("501", "news-bob", "reject")]
    assert "the classes are accept and reject; task from _task_hash" in facts_of(file)


def test_prodigy_spans_boxes_and_unnamed_sessions(tmp_path: Path) -> None:
    session = "2024-02-06_10-17-19"
    span = {"start": 0, "end": 4, "token_start": 0, "token_end": 0, "label": "PER"}
    named = {"_view_id": "ner_manual", "spans": [span], "_annotator_id": session}
    file = write_lines(tmp_path / "p.jsonl", [answered(1, "ann", **named)])
    assert votes_in(file, shape="spans") == [("-101", session, '[[0.0,4.0,"PER"]]')]
    assert "annotators are unnamed sessions" in facts_of(file, shape="spans")
    box = {"label": "Car", "points": [[1, 2], [1, 6], [5, 6], [5, 2]], "type": "rect"}
    example = answered(1, "ann", _view_id="image_manual", image="1.jpg", spans=[box])
    image = write_lines(tmp_path / "i.jsonl", [example])
    assert votes_in(image, shape="boxes") == [("-101", "news-ann", '[[1.0,2.0,5.0,6.0,"Car"]]')]


def responses(*pairs: tuple[str, Any, str]) -> list[dict[str, Any]]:
    return [{"value": value, "user_id": user, "status": status} for user, value, status in pairs]


def test_argilla_in_every_form(tmp_path: Path) -> None:
    pairs = (
        ("u1", "cat", "submitted"),
        ("u2", "dog", "submitted"),
        ("u3", "eel", "draft"),
        ("u4", "eel", "discarded"),
    )
    answers = responses(*pairs)
    record = {"id": "r1", "fields": {"text": "t"}, "metadata": {}, "suggestions": {}, "_server_id": "s"}
    forms: dict[str, dict[str, Any]] = {
        "nested": {**record, "responses": {"label": answers}},
        "flat": {
            "id": "r1",
            "text": "t",
            "label.responses": [value for _, value, _ in pairs],
            "label.responses.users": [user for user, _, _ in pairs],
            "label.responses.status": [status for *_, status in pairs],
        },
        "feedback": {
            "id": "r1",
            "fields": {"text": "t"},
            "responses": [
                {"user_id": user, "status": status, "values": {"label": {"value": value}}}
                for user, value, status in pairs
            ],
        },
        "columns": {"text": "t", "external_id": "r1", "label": answers, "metadata": "{}"},
        "lists": {"external_id": "r1", "label": {key: [a[key] for a in answers] for key in answers[0]}},
    }
    for name, form in forms.items():
        file = write_json(tmp_path / f"{name}.json", [form])
        assert votes_in(file) == [("r1", "u1", "cat"), ("r1", "u2", "dog")], name
        assert facts_of(file) == (
            "Argilla, 1 task, 4 annotations; label from label; 2 left out: 1 draft, 1 discarded"
        ), name


def test_argilla_text_classification_of_version_1(tmp_path: Path) -> None:
    record = {"id": "r", "text": "t", "prediction": None, "annotation": "cat", "annotation_agent": "ann"}
    records = [{**record, "status": "Validated"}, {**record, "id": "q", "status": "Discarded"}]
    assert votes_in(write_lines(tmp_path / "a.jsonl", records)) == [("r", "ann", "cat")]


def test_argilla_questions_of_other_kinds(tmp_path: Path) -> None:
    answers = {
        "topics": responses(("u1", ["b", "a"], "submitted")),
        "stars": responses(("u1", 4, "submitted")),
        "ner": responses(("u1", [{"start": 0, "end": 4, "label": "PER"}], "submitted")),
    }
    file = write_json(tmp_path / "a.json", [{"id": "r", "fields": {}, "responses": answers}])
    assert votes_in(file, shape="multi") == [("r", "u1", '["a","b"]')]
    assert votes_in(file, shape="number") == [("r", "u1", "4")]
    assert votes_in(file, shape="spans") == [("r", "u1", '[[0.0,4.0,"PER"]]')]


def examples_of(*labels: Any) -> list[dict[str, Any]]:
    return [
        {"id": number, "text": "t", "label": label, "Comments": []} for number, label in enumerate(labels)
    ]


def test_doccano_names_annotators_by_its_files(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    write_lines(folder / "ann.jsonl", examples_of(["cat"], []))
    write_lines(folder / "bob.jsonl", examples_of(["dog"], ["cat"]))
    with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    votes = [("0", "ann", "cat"), ("0", "bob", "dog"), ("1", "bob", "cat")]
    assert votes_in(folder) == votes_in(tmp_path / "export.zip") == votes
    assert votes_in(folder / "ann.jsonl") == [("0", "ann", "cat")]
    assert facts_of(folder) == (
        "doccano JSON lines, 2 tasks, 4 annotations; label from label; annotator from the files' names; "
        "1 left out: without a label"
    )


def test_doccano_spans_users_and_collaborative_projects(tmp_path: Path) -> None:
    spans = write_lines(tmp_path / "ann.jsonl", examples_of([[0, 4, "PER"]]))
    assert votes_in(spans, shape="spans") == [("0", "ann", '[[0.0,4.0,"PER"]]')]
    labels = [{"label": 2, "user": 1}, {"label": 3, "user": 2}]
    old = {"id": 5, "text": "t", "annotations": labels, "meta": {}, "annotation_approver": None}
    assert votes_in(write_lines(tmp_path / "old.jsonl", [old])) == [("5", "1", "2"), ("5", "2", "3")]
    with pytest.raises(BadInput, match="collaborative project does not say who gave a label"):
        votes_in(write_lines(tmp_path / "all.jsonl", examples_of(["cat"])))


def cvat_xml(images: str, assignee: str = "<username>ann</username><email>a@x.org</email>") -> str:
    task = f"<task><id>1</id><owner><username>root</username></owner><assignee>{assignee}</assignee></task>"
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n<annotations><version>1.1</version>'
        f"<meta>{task}</meta>{images}</annotations>"
    )


IMAGES = (
    '<image id="0" name="1.jpg" width="9" height="9"><tag label="cat" source="manual"></tag>'
    '<box label="Car" xtl="1" ytl="2" xbr="3" ybr="4" occluded="0" source="manual"></box></image>'
    '<image id="1" name="2.jpg" width="9" height="9"><tag label="dog" source="auto"></tag></image>'
)


def test_cvat_tags_boxes_and_assignees(tmp_path: Path) -> None:
    file = tmp_path / "export.xml"
    file.write_text(cvat_xml(IMAGES))
    assert votes_in(file) == [("1.jpg", "ann", "cat")]
    assert "annotator from the assignee; 1 tag of a machine (source auto) ignored; 1 left out" in facts_of(
        file
    )
    boxes = [("1.jpg", "ann", '[[1.0,2.0,3.0,4.0,"Car"]]'), ("2.jpg", "ann", "[]")]
    assert votes_in(file, shape="boxes") == boxes
    drawn = '<box label="Car" xtl="1" ytl="2" xbr="3" ybr="4" source="auto"></box></image>'
    file.write_text(cvat_xml(IMAGES.replace("</image>", drawn, 1)))
    ends = [1.0, 2.0, 3.0, 4.0, "Car"]
    assert votes_in(file, shape="boxes")[0] == (
        "1.jpg",
        "ann",
        json.dumps([ends, ends], separators=(",", ":")),
    )
    file.write_text(cvat_xml(IMAGES.replace("</image>", drawn, 1).replace('"manual"', '"auto"')))
    assert votes_in(file, shape="boxes") == boxes[1:]
    assert "1 left out: with shapes of a machine alone (source auto)" in facts_of(file, shape="boxes")
    folder = tmp_path / "people"
    folder.mkdir()
    for name in ("bob", "cy"):
        (folder / f"{name}.xml").write_text(cvat_xml(IMAGES, assignee=""))
    assert votes_in(folder) == [("1.jpg", "bob", "cat"), ("1.jpg", "cy", "cat")]


def test_images_of_a_project_of_cvat_are_the_assignees_of_their_tasks(tmp_path: Path) -> None:
    people = "".join(
        f"<task><id>{number}</id><assignee><username>{name}</username></assignee></task>"
        for number, name in ((7, "ann"), (8, "bob"))
    )
    meta = (
        f"<project><id>1</id><tasks>{people}</tasks><assignee><username>boss</username></assignee></project>"
    )
    box = '<box label="Car" xtl="1" ytl="2" xbr="3" ybr="4" source="auto"/>'
    box += box.replace("auto", "manual")
    images = "".join(f'<image name="1.jpg" task_id="{number}">{box}</image>' for number in (7, 8, 9))
    file = tmp_path / "project.xml"
    file.write_text(f"<annotations><meta>{meta}</meta>{images}</annotations>")
    assert [who for _, who, _ in votes_in(file, shape="boxes")] == ["ann", "bob", "project"]
    facts = facts_of(file, shape="boxes")
    assert (
        "assignee, else from the file's name; 3 shapes of a machine (source auto) that the annotator" in facts
    )


def test_xml_with_entities_is_refused_before_they_grow(tmp_path: Path) -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><annotations>&c;</annotations>'
    for name, encoding in (("a.xml", "utf-8"), ("b.xml", "utf-16")):
        (tmp_path / name).write_bytes(bomb.encode(encoding))
        with pytest.raises(BadInput, match="document type declaration, which CVAT never writes"):
            votes_in(tmp_path / name)


def test_xml_of_others_and_of_videos_is_refused(tmp_path: Path) -> None:
    cases = {
        "has the root|with the root coco": "<coco/>",
        "no well-formed XML": "<annotations>",
        "for video: export the task as": cvat_xml('<track id="0" label="car"></track>'),
    }
    for message, text in cases.items():
        (tmp_path / "a.xml").write_text(text)
        with pytest.raises(BadInput, match=message):
            votes_in(tmp_path / "a.xml")


def write_rows(file: Path, rows: list[dict[str, str]]) -> Path:
    with file.open("w", newline="") as lines:
        writer = csv.DictWriter(lines, list(rows[0]), delimiter="\t" if file.suffix == ".tsv" else ",")
        writer.writeheader()
        writer.writerows(rows)
    return file


def test_mechanical_turk(tmp_path: Path) -> None:
    row = {"HITId": "H1", "WorkerId": "W1", "AssignmentStatus": "Approved", "WorkTimeInSeconds": "30"}
    radio = {"Answer.animal.cat": "true", "Answer.animal.dog": "false"}
    rejected = {"WorkerId": "W2", "AssignmentStatus": "Rejected"}
    for name, answer in {
        "plain": {"Answer.animal": "cat"},
        "radio": radio,
        "json": {"Answer.taskAnswers": json.dumps([{"animal": {"label": "cat"}}])},
        "ticks": {"Answer.taskAnswers": json.dumps([{"animal": {"cat": True, "dog": False}}])},
    }.items():
        file = write_rows(tmp_path / f"{name}.csv", [{**row, **answer}, {**row, **rejected, **answer}])
        assert votes_in(file) == [("H1", "W1", "cat")], name
        assert "1 left out: rejected" in facts_of(file)
    two = write_rows(tmp_path / "two.csv", [{**row, "Answer.animal": "cat", "Answer.sure": "yes"}])
    with pytest.raises(BadInput, match="several questions, animal, sure: choose one with --label-column"):
        votes_in(two)
    assert votes_in(two, label="sure") == votes_in(two, label="Answer.sure") == [("H1", "W1", "yes")]


def test_toloka_votes_and_control_tasks(tmp_path: Path) -> None:
    row = {"INPUT:image": "1.jpg", "OUTPUT:result": "cat", "GOLDEN:result": "dog", "ASSIGNMENT:task_id": "t1"}
    row |= {"ASSIGNMENT:worker_id": "w1", "ASSIGNMENT:status": "APPROVED"}
    file = write_rows(tmp_path / "a.tsv", [row, {**row, "ASSIGNMENT:status": "REJECTED"}])
    assert votes_in(file) == [("t1", "w1", "cat")]
    assert votes_in(file, gold=True) == [("t1", "w1", "dog")]


def test_labelbox(tmp_path: Path) -> None:
    answer = {"name": "animal", "value": "animal", "radio_answer": {"name": "cat", "value": "cat"}}
    box = {"name": "Car", "bounding_box": {"top": 2, "left": 1, "height": 4, "width": 3}}
    label = {
        "label_details": {"created_at": "2026-03-01T10:00:00.000+00:00", "created_by": "ann@x.org"},
        "performance_details": {"seconds_to_create": 9},
        "annotations": {"objects": [box], "classifications": [answer], "relationships": []},
    }
    record = {"data_row": {"id": "d", "global_key": "g"}, "projects": {"p": {"labels": [label]}}}
    file = write_lines(tmp_path / "a.ndjson", [record])
    assert votes_in(file) == [("g", "ann@x.org", "cat")]
    assert votes_in(file, shape="boxes") == [("g", "ann@x.org", '[[1.0,2.0,4.0,6.0,"Car"]]')]


def test_objects_of_no_known_form_are_named_by_their_fields(tmp_path: Path) -> None:
    cases: dict[str, Any] = {
        "holds objects with foo, bar, which is no form of votes": [{"foo": 1, "bar": {"a": 1}}],
        "is a JSON object with foo, which is no form of votes": {"foo": 1},
        "is a JSON object with images, categories, which is": {"images": [], "categories": []},
    }
    for message, content in cases.items():
        with pytest.raises(BadInput, match=f"{message}.* Label Studio's JSON and JSON-MIN, Prodigy's"):
            votes_in(write_json(tmp_path / "a.json", content))


def test_plain_votes_are_read_as_they_are(tmp_path: Path) -> None:
    vote = {"task": "1", "worker": "a", "label": "x", "annotation_id": 1, "annotator": "b", "id": 3}
    columns = {name: [value] for name, value in vote.items()}
    for name, content in {"rows.json": [vote], "columns.json": columns}.items():
        assert votes_in(write_json(tmp_path / name, content)) == [("1", "a", "x")]
    example = {"id": 1, "text": "t", "label": ["x"], "who": "a"}
    named = {"task": "id", "annotator": "who", "label": "text"}
    assert votes_in(write_lines(tmp_path / "n.jsonl", [example]), **named) == [("1", "a", "t")]
