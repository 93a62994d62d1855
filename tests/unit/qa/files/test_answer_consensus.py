"""`shoal qa consensus --shape`, as a user meets it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from shoal.answers import parse_canonical
from unit.qa.fileskit import rows_of, run, write
from unit.qa.simulated_answers import simulate_project

SHAPES = {
    "multi": "multi_choice",
    "number": "number",
    "rating": "rating",
    "text": "text",
    "pair": "pair",
    "ranking": "ranking",
    "spans": "spans",
    "boxes": "boxes",
    "polygons": "polygons",
}


def cell_of(answer: Any, scale: float = 640.0) -> str:
    match answer.kind:
        case "classes":
            return "|".join(answer.labels) or "[]"
        case "pair":
            return answer.choice or "="
        case "number" | "rating":
            return str(answer.value)
        case "text":
            return str(answer.text)
        case "ranking":
            return " > ".join(" = ".join(group) for group in answer.order)
        case "spans":
            return json.dumps([[span.start, span.end, span.label] for span in answer.spans])
        case "boxes":
            return json.dumps(
                [
                    [b.left * scale, b.top * scale, b.right * scale, b.bottom * scale, b.label]
                    for b in answer.boxes
                ]
            )
        case _:
            return json.dumps(
                [[*([x * scale, y * scale] for x, y in p.points), p.label] for p in answer.polygons]
            )


def write_project(shape: str, *, jobs: int = 60, gold: int = 25, turn: bool = False) -> None:
    project = simulate_project(SHAPES[shape], jobs=jobs, votes=4, seed=5)
    rows = [(job, who, cell_of(parse_canonical(text))) for job, who, text in project.triples]
    write("votes.csv", "task,worker,label", rows[::-1] if turn else rows)
    right = [(job, cell_of(parse_canonical(text))) for job, text in sorted(project.truth.items())[:gold]]
    write("gold.csv", "task,label", right)


def labelled(shape: str, *options: str) -> list[dict[str, str]]:
    code, _, told = run(
        "consensus", "--votes", "votes.csv", "--shape", shape, "--output", "labels.csv", *options
    )  # fmt: skip
    assert code == 0, told
    return rows_of("labels.csv")


@pytest.mark.parametrize("shape", SHAPES)
def test_every_task_gets_an_answer_in_the_form_of_the_file(shape: str) -> None:
    write_project(shape)
    rows = labelled(shape, "--gold", "gold.csv", "--report", "report.html")
    parts = ["parts"] if shape in ("multi", "spans", "boxes", "polygons") else []
    ends = ["low", "high", "cut"] if shape == "number" else []
    columns = ["task", "label", "probability", "accepted", "action", "votes", "agreement", *parts, *ends]
    assert list(rows[0]) == columns
    assert all(float(row["low"]) <= float(row["label"]) <= float(row["high"]) for row in rows if ends)
    for row in rows[25:] if parts else []:
        shares = [float(share) for share in row["parts"].split()]
        assert len(shares) == count_parts(row["label"])
        assert all(0.3 < share <= 1 for share in shares), "what is in an answer is likelier than not"
    assert len(rows) == 60
    gold = {row["task"]: row["label"] for row in rows_of("gold.csv")}
    for row in rows[:25]:
        assert (row["accepted"], row["action"], float(row["probability"])) == ("true", "accept", 1.0)
        assert json_or_text(row["label"]) == json_or_text(gold[row["task"]])
    assert all(0.1 < float(row["probability"]) <= 1 for row in rows[25:])
    assert {row["votes"] for row in rows} == {"4"}
    page = " ".join(Path("report.html").read_text().split())
    assert "240 votes of 12 annotators on 60 tasks" in page


def count_parts(cell: str) -> int:
    """Return the number of classes or objects in a cell."""
    return len(json.loads(cell)) if cell.startswith("[") else len([part for part in cell.split("|") if part])


def json_or_text(cell: str) -> Any:
    """Return numbers as they compare after a division by the scale and back."""
    try:
        return np.round(np.array(json.loads(cell), dtype=float), 3).tolist()
    except ValueError:
        try:
            return [
                [round(x, 3) if isinstance(x, float) else x for x in flat(region)]
                for region in sorted(json.loads(cell), key=str)
            ]
        except ValueError:
            return cell


def flat(region: list[Any]) -> list[Any]:
    return [x for part in region for x in (part if isinstance(part, list) else [part])]


@pytest.mark.parametrize("shape", SHAPES)
def test_the_order_of_rows_changes_nothing(shape: str) -> None:
    write_project(shape)
    first = labelled(shape)
    write_project(shape, turn=True)
    assert labelled(shape) == first


@pytest.mark.parametrize("shape", SHAPES)
def test_the_answers_that_it_writes_can_be_read_again(shape: str) -> None:
    write_project(shape, gold=0)
    first = labelled(shape)
    write("votes.csv", "task,worker,label", [(row["task"], "one", row["label"]) for row in first])
    again = labelled(shape)
    assert [json_or_text(row["label"]) for row in again] == [json_or_text(row["label"]) for row in first]


@pytest.mark.parametrize(
    ("shape", "cell", "told"),
    [
        ("boxes", "[[0.5, 0.1, 0.2, 0.9]]", "low before high"),
        ("boxes", "[[0.1, 0.1, 0.2]]", "low before high"),
        ("boxes", "tuna", "write it as JSON"),
        ("boxes", '[[1, 2, "3", 4]]', "low before high"),
        ("spans", '[[9, 4, "cod"]]', "low before high"),
        ("spans", "[[-3, 4]]", "numbers of 0 or more"),
        ("polygons", "[[[0, 0], [1, 1]]]", "three different points or more"),
        ("polygons", "[[[0, 0], [1, 1], [2, null]]]", "three different points or more"),
        ("ranking", "a > b > a", "every candidate once"),
        ("ranking", "a > > b", "every candidate once"),
        ("number", "tall", "number"),
        ("boxes", '[[0, 0, 1, 1, {"a": 1}]]', "one class after its numbers"),
        ("boxes", '[[0, 0, 1, 1, "cod", 0.9]]', "one class after its numbers"),
        ("boxes", f'[[0, 0, 1, 1, "{"b" * 300}"]]', "has a name of over 200 characters"),
        ("boxes", "[" * 100_000, "write it as JSON"),
        ("spans", "[[0, 3000000]]", "numbers of 0 or more"),
        ("polygons", "[[[0, 0], [1, 1], [2, NaN]]]", "three different points or more"),
        ("polygons", "[[[0, 0], [1, 1], [2]]]", "three different points or more"),
        ("rating", "4.5", "whole number"),
        ("rating", "5000", "is beyond 1,000"),
        ("pair", "a > b > c", "better candidate"),
        ("pair", "a" * 300, "has a name of over 200"),
        ("ranking", f"a > {'b' * 300}", "has a name of over 200"),
    ],
)
def test_an_answer_that_is_none_is_named_with_its_line(shape: str, cell: str, told: str) -> None:
    good = {"boxes": "[]", "spans": "[]", "polygons": "[]"}.get(shape, "1")
    write("votes.csv", "task,worker,label", [("t1", "w1", good), ("t2", "w1", cell)])
    code, _, error = run(
        "consensus", "--votes", "votes.csv", "--shape", shape, "--output", "labels.csv"
    )  # fmt: skip
    assert code == 2
    assert told in error
    assert "line 3" in error


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--shape", "box"), "'box' is unknown: use one of class, multi"),
        (("--shape", "text", "--predictions", "votes.csv"), "needs --shape class"),
    ],
)
def test_options_that_do_not_fit_the_shape_are_refused(options: tuple[str, ...], told: str) -> None:
    write("votes.csv", "task,worker,label", [("t1", "w1", "a"), ("t1", "w2", "b")])
    code, _, error = run("consensus", "--votes", "votes.csv", "--output", "labels.csv", *options)
    assert code != 0
    assert told in error
    assert not Path("labels.csv").exists()


def test_gold_of_unknown_tasks_is_refused() -> None:
    write_project("number")
    write("gold.csv", "task,label", [("elsewhere", "4")])
    code, _, error = run(
        "consensus", "--votes", "votes.csv", "--gold", "gold.csv", "--shape", "number", "--output", "l.csv"
    )  # fmt: skip
    assert code == 2
    assert "tasks" in error


def test_a_task_whose_votes_are_all_empty_is_left_out_with_a_warning() -> None:
    write("votes.csv", "task,worker,label", [("t1", "w1", "an eel"), ("t2", "w1", ""), ("t2", "w2", " ")])
    code, _, told = run("consensus", "--votes", "votes.csv", "--shape", "text", "--output", "labels.csv")
    assert (code, "tasks without a vote are left out: 1, such as 't2'" in told) == (0, True), told
    assert [row["task"] for row in rows_of("labels.csv")] == ["t1"]


def test_orders_of_other_candidates_on_one_task_are_merged_to_one_that_was_given() -> None:
    cells = ["a > b > c", "a > b", "a > b > c", "x > y"]
    write("votes.csv", "task,worker,label", [("t1", f"w{n}", cell) for n, cell in enumerate(cells)])
    code, _, told = run("consensus", "--votes", "votes.csv", "--shape", "ranking", "--output", "labels.csv")
    assert code == 0, told
    assert rows_of("labels.csv")[0]["label"] == "a > b > c"


@pytest.mark.parametrize("command", ["consensus", "simulate-votes"])
def test_a_task_with_three_candidates_is_no_pair(command: str) -> None:
    write("votes.csv", "task,worker,label", [("t1", f"w{n}", name) for n, name in enumerate("xyz")])
    code, _, told = run(command, "--votes", "votes.csv", "--shape", "pair", "--output", "out")
    assert code == 2
    assert "task 't1' has 3 candidates (x, y, z)" in told
    assert not Path("out").exists()


def test_annotators_of_boxes_have_skill_gold_and_state_by_the_merged_answers() -> None:
    write_project("boxes", jobs=60)
    files = ("--votes", "votes.csv", "--gold", "gold.csv", "--shape", "boxes")
    code, table, told = run("annotators", *files, "--output", "people.csv")
    assert code == 0, told
    assert "skill" in table
    code, _, told = run("consensus", *files, "--output", "labels.csv", "--annotators", "others.csv")
    assert code == 0, told
    rows = rows_of("people.csv")
    assert rows == rows_of("others.csv")
    assert [row["worker"] for row in rows] == sorted({row["worker"] for row in rows_of("votes.csv")})
    assert sum(int(row["gold_answered"]) for row in rows) == 25 * 4
    best = max(rows, key=lambda row: float(row["skill"]))
    assert int(best["gold_right"]) / int(best["gold_answered"]) > 0.6
    assert not any(column.startswith("right_") for column in rows[0])
