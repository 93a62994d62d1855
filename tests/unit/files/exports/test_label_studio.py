"""Label Studio's exports: the same votes from JSON, JSON-MIN, CSV and TSV; what is no vote is counted."""

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from shoal.files.errors import BadInput
from shoal.files.exports import VoteFields, open_votes
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
    write_lines,
)

TASKS = [
    task(1, annotation(ANN, choice("cat")), annotation(BOB, choice("dog"))),
    task(2, annotation(ANN, choice("dog")), annotation(BOB, choice("dog"))),
]
VOTES = [
    ("1", "ann@x.org", "cat"),
    ("1", "bob@x.org", "dog"),
    ("2", "ann@x.org", "dog"),
    ("2", "bob@x.org", "dog"),
]


def flat_rows(label: Any = None) -> list[dict[str, Any]]:
    """Return the rows of JSON-MIN, newest first as the converter writes them. label: of every answer."""
    rows = [
        {
            "text": f"text {number}",
            "id": int(number),
            "topic": name if label is None else label,
            "annotator": who,
            "annotation_id": index,
            "created_at": "2026-03-01T10:00:00.123456Z",
            "updated_at": "2026-03-01T10:00:00.123456Z",
            "lead_time": 4.2,
        }
        for index, (number, who, name) in enumerate(VOTES)
    ]
    return rows[::-1]


def write_table(file: Path, rows: list[dict[str, Any]]) -> Path:
    with file.open("w", newline="") as lines:
        delimiter = "\t" if file.suffix == ".tsv" else ","
        writer = csv.DictWriter(lines, sorted(rows[0]), quoting=csv.QUOTE_NONNUMERIC, delimiter=delimiter)
        writer.writeheader()
        cells = [
            {k: json.dumps(v) if isinstance(v, (dict, list)) else v for k, v in row.items()} for row in rows
        ]
        writer.writerows(cells)
    return file


def test_every_form_gives_the_same_votes(tmp_path: Path) -> None:
    files = [
        write_json(tmp_path / "a.json", TASKS),
        write_json(tmp_path / "answer.json", {"tasks": TASKS, "total": 2}),
        write_lines(tmp_path / "lines.jsonl", TASKS),
        write_lines(tmp_path / "lines.json", TASKS),
        write_json(tmp_path / "array.jsonl", TASKS),
        write_json(tmp_path / "min.json", flat_rows()),
        write_table(tmp_path / "t.csv", flat_rows()),
        write_table(tmp_path / "t.tsv", flat_rows()),
    ]
    (tmp_path / "z.json.gz").write_bytes(gzip.compress(json.dumps(TASKS).encode()))
    for file in (*files, tmp_path / "z.json.gz"):
        assert sorted(votes_in(file)) == VOTES, file
    assert facts_of(files[0]) == "Label Studio JSON, 2 tasks, 4 annotations; label from topic"
    assert facts_of(files[5]).startswith("Label Studio JSON-MIN, 2 tasks, 4 annotations; label from topic")
    assert facts_of(files[7]).startswith("Label Studio TSV")


def test_what_is_no_vote_is_counted_with_its_reason(tmp_path: Path) -> None:
    file = write_json(
        tmp_path / "a.json",
        [
            *TASKS,
            task(3, annotation(ANN, choice("cat"), was_cancelled=True), annotation(BOB)),
            task(4, annotation(None, choice("cat")), annotation(ANN, choice())),
            task(5),
            {"id": 6},
        ],
    )
    assert votes_in(file) == VOTES
    facts = facts_of(file)
    assert "5 tasks, 8 annotations; 1 object without annotations of Label Studio" in facts
    assert "1 task without annotations" in facts
    assert facts.endswith(
        "4 left out: 2 without an answer, 1 cancelled, 1 without an annotator (completed_by)"
    )


def test_odd_parts_of_an_export_never_crash(tmp_path: Path) -> None:
    odd = [None, 5, {"from_name": "topic"}, {"value": 3}, {"type": "relation", "from_id": "a", "to_id": "b"}]
    tasks = [*TASKS, task(3, annotation(ANN, choice("cat"), *odd), annotation(BOB, result=None))]  # type: ignore[arg-type]
    tasks[2]["annotations"] += [None, 3]
    assert votes_in(write_json(tmp_path / "a.json", tasks)) == [*VOTES, ("3", "ann@x.org", "cat")]


def test_people_are_texts_whatever_the_form_of_completed_by(tmp_path: Path) -> None:
    people = [{"email": "", "id": 5}, 6, 7.0, "eve"]
    file = write_json(tmp_path / "a.json", [task(1, *(annotation(one, choice("cat")) for one in people))])
    assert [who for _, who, _ in votes_in(file)] == ["5", "6", "7", "eve"]


def test_tasks_may_be_named_by_a_field_of_their_data(tmp_path: Path) -> None:
    file = write_json(tmp_path / "a.json", [task(1, annotation(ANN, choice("cat")), ref="r9")])
    assert votes_in(file, task="ref") == votes_in(file, task="data.ref") == [("r9", "ann@x.org", "cat")]
    with pytest.raises(
        BadInput, match="task 1 has no nope: name one of id, inner_id, text, ref with --task-c"
    ):
        votes_in(file, task="nope")


def test_several_questions_are_named(tmp_path: Path) -> None:
    results = [choice("cat"), choice("en", control="lang"), {"value": {"rating": 4}, "from_name": "stars"}]
    file = write_json(tmp_path / "a.json", [task(1, annotation(ANN, *results))])
    with pytest.raises(BadInput, match="several questions, topic, lang: choose one with --label-column"):
        votes_in(file)
    assert votes_in(file, label="lang") == [("1", "ann@x.org", "en")]
    assert votes_in(file, shape="number") == [("1", "ann@x.org", "4")]
    with pytest.raises(
        BadInput, match=r"no question nope; it has topic \(classes\), lang \(classes\), stars"
    ):
        votes_in(file, label="nope")


def test_several_choices_are_a_set_in_any_order(tmp_path: Path) -> None:
    both = [choice("b", "a"), choice("a", "b"), choice("a")]
    file = write_json(tmp_path / "a.json", [task(i, annotation(ANN, one)) for i, one in enumerate(both)])
    assert [label for *_, label in votes_in(file, shape="multi")] == ['["a","b"]', '["a","b"]', '["a"]']
    flat = write_table(tmp_path / "t.csv", flat_rows({"choices": ["b", "a"]}))
    assert {label for *_, label in votes_in(flat, shape="multi")} == {'["a","b"]'}


def test_other_controls_are_read_by_their_shape(tmp_path: Path) -> None:
    values: dict[str, tuple[dict[str, Any], str, str]] = {
        "taxonomy": ({"taxonomy": [["Animal", "Cat"]]}, "class", "Animal / Cat"),
        "pairwise": ({"selected": "left"}, "class", "left"),
        "rating": ({"rating": 4.0}, "class", "4"),
        "number": ({"number": 2.5}, "number", "2.5"),
        "textarea": ({"text": ["two", "lines"]}, "text", "two\nlines"),
        "labels": ({"start": 0, "end": 4, "text": "Anna", "labels": ["PER"]}, "spans", '[[0.0,4.0,"PER"]]'),
    }
    for name, (value, shape, text) in values.items():
        result = {"type": name, "value": value, "from_name": "q", "to_name": "t"}
        file = write_json(tmp_path / f"{name}.json", [task(1, annotation(ANN, result))])
        assert votes_in(file, shape=shape) == [("1", "ann@x.org", text)], name


def test_boxes_are_corners_and_an_image_without_one_is_an_answer(tmp_path: Path) -> None:
    tasks = [
        task(1, annotation(ANN, rectangle()), annotation(BOB)),
        task(2, annotation(ANN, rectangle(rotation=30)), annotation(BOB, rectangle(width=0))),
    ]
    file = write_json(tmp_path / "a.json", tasks)
    assert votes_in(file, shape="boxes") == [
        ("1", "ann@x.org", '[[10.0,20.0,40.0,60.0,"Car"]]'),
        ("1", "bob@x.org", "[]"),
    ]
    assert "2 left out: 1 with a rotated box, 1 with a region of no extent" in facts_of(file, shape="boxes")
    with pytest.raises(
        BadInput, match="no answers of the shape class; it has box: `shoal qa agreement --shape"
    ):
        votes_in(file)


def test_choices_about_regions_are_no_answers_about_the_task(tmp_path: Path) -> None:
    about = choice("red", control="color")
    about["value"] |= rectangle()["value"]
    file = write_json(tmp_path / "a.json", [task(1, annotation(ANN, rectangle(), about))])
    with pytest.raises(BadInput, match="no answers of the shape class; it has box"):
        votes_in(file)


def test_exports_without_an_answer_say_why(tmp_path: Path) -> None:
    point = {"type": "keypointlabels", "value": {"x": 1, "y": 2, "width": 0.5}, "from_name": "shape"}
    cases = {
        "has no annotations, in 1 task": [task(1)],
        r"answers to shape \(keypointlabels\) only, which cannot be read": [task(1, annotation(ANN, point))],
        "holds no votes: 1 task, 1 annotation; 1 left out: cancelled": [
            task(1, annotation(ANN, choice("cat"), was_cancelled=True))
        ],
    }
    for message, tasks in cases.items():
        with pytest.raises(BadInput, match=message):
            votes_in(write_json(tmp_path / "a.json", tasks))


def test_gold_is_what_is_marked_as_ground_truth(tmp_path: Path) -> None:
    tasks = [
        *TASKS,
        task(3, annotation(BOB, choice("eel"), ground_truth=True), annotation(ANN, choice("cat"))),
    ]
    file = write_json(tmp_path / "a.json", tasks)
    assert votes_in(file, gold=True) == [("3", "bob@x.org", "eel")]
    assert "ground truth: 1, counted as votes; --gold reads only these" in facts_of(file)
    with pytest.raises(BadInput, match="no annotation that is marked as ground truth, and 2 annotators"):
        votes_in(write_json(tmp_path / "b.json", TASKS), gold=True)
    one = write_json(tmp_path / "c.json", [task(1, annotation(ANN, choice("cat")))])
    assert "no ground truth is marked, all answers of the only annotator are right" in facts_of(
        one, gold=True
    )


def test_seconds_and_times_are_read_by_the_names_of_the_export(tmp_path: Path) -> None:
    source = open_votes(write_json(tmp_path / "a.json", TASKS), "votes", VoteFields())
    assert (source.column("lead_time"), source.column("created_at"), source.order) == ("seconds", "at", "at")
    assert source.file.read(["seconds", "at"]).numbers("seconds").tolist() == [4.2] * 4


def test_columns_of_data_are_not_taken_for_answers(tmp_path: Path) -> None:
    rows = [
        {**flat_rows()[0], "id": number, "annotator": who, "label": f"given {number % 2}", "topic": topic}
        for number in range(12)
        for who, topic in (("ann", "cat"), ("bob", "dog" if number % 3 else "cat"))
    ]
    assert "label from topic" in facts_of(write_json(tmp_path / "a.json", rows))
    for row in rows:
        row["lang"] = f"{row['annotator']} {row['id'] % 2}"
    with pytest.raises(BadInput, match="topic, lang may hold the answers: choose one with --label-column"):
        votes_in(write_json(tmp_path / "b.json", rows))
    boxes = [{**row, "topic": [rectangle()["value"]], "lang": "en"} for row in rows]
    with pytest.raises(BadInput, match=r"no answers of the shape class; it has topic: .* --shape boxes"):
        votes_in(write_json(tmp_path / "c.json", boxes))
