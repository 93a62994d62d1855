"""The command `agreement` over files of votes, as users run it."""

import csv
import json

import krippendorff
import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from unit.qa.crowds import Crowd
from unit.qa.fileskit import CLASSES, run, votes_of, write


def test_agreement_shows_alpha_classes_and_the_worst_tasks(crowd: Crowd) -> None:
    code, table, told = run("agreement", "--votes", "votes.csv")
    assert (code, told) == (0, "votes votes.csv: 1,500 rows; 3 classes: cat, dog, eel")
    assert "Krippendorff's alpha" in table
    assert "least agreed tasks" in table
    code, text, _ = run("agreement", "--votes", "votes.csv", "--format", "json", "--limit", "3")
    found = json.loads(text)
    assert found["votes"] == len(crowd.votes)
    assert found["alpha_low"] < found["alpha"] < found["alpha_high"]
    assert [each["class"] for each in found["classes"]] == list(CLASSES)
    assert sum(each["share"] for each in found["classes"]) == pytest.approx(1)
    assert len(found["worst_tasks"]) == 3
    worst = {label for task, _, label in votes_of(crowd) if task == found["worst_tasks"][0]["task"]}
    assert len(worst) == 3  # one that has votes for every class
    line = json.loads(run("agreement", "--votes", "votes.csv", "--format", "jsonl")[1])
    assert line["alpha"] == found["alpha"]
    assert line["votes_per_task_least"] == found["votes_per_task"]["least"]
    (row,) = csv.DictReader(run("agreement", "--votes", "votes.csv", "--format", "csv")[1].splitlines())
    assert float(row["alpha"]) == found["alpha"]
    assert row["level"] == "nominal"


def test_agreement_is_the_same_from_parquet_and_under_other_names(crowd: Crowd) -> None:
    task, worker, label = zip(*votes_of(crowd), strict=True)
    extra = list(range(len(task)))
    columns = {"extra": extra, "item": task, "who": worker, "answer": pa.array(label).dictionary_encode()}
    pyarrow.parquet.write_table(pa.table(columns), "votes.parquet")
    names = ("--task-column", "item", "--worker-column", "who", "--label-column", "answer")
    code, one, _ = run("agreement", "--votes", "votes.parquet", *names, "--format", "json")
    assert code == 0
    assert json.loads(one) == json.loads(run("agreement", "--votes", "votes.csv", "--format", "json")[1])


@pytest.mark.usefixtures("crowd")
def test_parquet_of_any_types_is_read_as_text_and_written_back() -> None:
    columns = {
        "task": pa.array([1, 1, 2, 2, 3], pa.int64()),
        "worker": pa.array(["a", "b", "a", "b", "a"]),
        "label": pa.array([True, True, False, True, None]),
    }
    pyarrow.parquet.write_table(pa.table(columns), "votes.parquet")
    write("gold.csv", "task,label", [("2", "false")])
    base = ("consensus", "--votes", "votes.parquet", "--gold", "gold.csv", "--model", "majority")
    code, _, told = run(*base, "--output", "labels.parquet")
    assert code == 0, told
    assert "left out 1 row without a label, the first is row 4" in told
    rows = pyarrow.parquet.read_table("labels.parquet").to_pylist()
    assert [(row["task"], row["label"], row["votes"]) for row in rows] == [
        ("1", "true", 2),
        ("2", "false", 2),
        ("3", None, 0),
    ]
    assert [row["agreement"] for row in rows] == [1, 0.5, None]
    columns["worker"] = pa.array([["a"]] * 5)
    pyarrow.parquet.write_table(pa.table(columns), "votes.parquet")
    code, _, told = run(*base, "--output", "labels.parquet")
    assert (code, 'votes.parquet, row 0: worker is a list, ["a"]; row 1' in told) == (
        2,
        True,
    ), told


SHAPES: list[tuple[str, list[list[str]], float]] = [
    # two answers for each of two tasks; the mean distance (or difference) by hand
    ("number", [["1", "2"], ["5", "5.5"]], 0.75),
    ("rating", [["1", "3"], ["5", "5.0"]], 1.0),
    ("multi", [["a|b", "a | b"], ["a|b", "a|c"]], 1 - (1 + 1 / 9) / 2),
    ("text", [["same", "same"], ["abcd", "abxd"]], 0.125),
    ("pair", [["a", "a > b"], ["a", "tie"]], 0.25),
    ("ranking", [["a > b > c", "a > b > c"], ["a > b > c", "a > b = c"]], 1 / 12),
    ("spans", [['[[0, 4, "x"]]', '[[2, 4, "x"]]'], ["[]", "[]"]], 0.25),
    ("spans", [['[[0, 4.5, "x"]]', '[[2.25, 4.5, "x"]]'], ["[]", "[]"]], 0.25),
    ("boxes", [["[0, 0, 2, 2]", "[[0, 0, 2, 1]]"], ["[1, 1, 2, 2]", "[5, 5, 6, 6]"]], 0.75),
    ("boxes", [["[-9, -9, -7, -7]", "[[-9, -9, -7, -8]]"], ["[1, 1, 2, 2]", "[]"]], 0.75),
    (
        "polygons",
        [["[[0, 0], [2, 0], [2, 2], [0, 2]]", "[[0, 0], [2, 0], [2, 1], [0, 1]]"], ["[]", "[]"]],
        0.25,
    ),
]


@pytest.mark.parametrize(("shape", "answers", "distance"), SHAPES)
@pytest.mark.usefixtures("crowd")
def test_agreement_of_other_shapes(shape: str, answers: list[list[str]], distance: float) -> None:
    rows = [(f"t{t}", f"w{w}", answer) for t, pair in enumerate(answers) for w, answer in enumerate(pair)]
    write("shaped.csv", "task,worker,label", rows)
    code, text, told = run("agreement", "--votes", "shaped.csv", "--shape", shape, "--format", "json")
    assert code == 0, told
    found = json.loads(text)
    by_value = shape in ("number", "rating")
    apart = found["mean_difference"] if by_value else 1 - found["agreement_of_pairs"]
    assert apart == pytest.approx(distance, abs=1e-6)
    assert found["alpha"] < 1
    assert found["level"] == {"number": "interval", "rating": "ordinal"}.get(shape)


@pytest.mark.usefixtures("crowd")
def test_the_levels_of_ratings_are_those_of_the_krippendorff_package() -> None:
    values = np.random.default_rng(1).integers(1, 6, (3, 40))
    values[1:] = np.clip(values[0] + np.random.default_rng(2).integers(-1, 2, (2, 40)), 1, 5)
    rows = [(f"t{task}", f"w{who}", str(values[who, task])) for who in range(3) for task in range(40)]
    write("shaped.csv", "task,worker,label", rows)
    for level in ("ordinal", "interval", "ratio"):
        options = ("--shape", "rating", "--level", level, "--format", "json")
        found = json.loads(run("agreement", "--votes", "shaped.csv", *options)[1])
        assert found["alpha"] == pytest.approx(krippendorff.alpha(values, level_of_measurement=level))


BAD_SHAPES = [
    ("number", "3", "4x", "line 3: label '4x' is not a finite number"),
    ("number", "3", "inf", "line 3: label 'inf' is not a finite number"),
    ("rating", "3", "4.5", "line 3: label '4.5' is not a whole number"),
    ("pair", "a", "a > b > c", "line 3: label 'a > b > c' is no choice of one of two"),
    (
        "spans",
        "[0, 1]",
        "[4, 2]",
        "line 3: label '[4, 2]' needs numbers of 0 or more, up to 1,000,000, low before",
    ),
    ("spans", "[0, 1]", "[-4, 2]", "line 3: label '[-4, 2]' needs numbers of 0 or more"),
    ("spans", "[0, 1]", "0 to 1", "line 3: label '0 to 1' is not of the form [[start, end"),
    (
        "boxes",
        "[0, 0, 1, 1]",
        "[0, 0, 1]",
        "line 3: label '[0, 0, 1]' needs numbers up to 1,000,000, low before",
    ),
    ("boxes", "[0, 0, 1, 1]", '{"x": 1}', "is not of the form [[left, top, right, bottom"),
    ("boxes", "[0, 0, 1, 1]", "7", "is not of the form [[left, top, right, bottom"),
    ("rings", "1", "2", "--shape: 'rings' is unknown: use one of class, multi, number"),
]


@pytest.mark.parametrize(("shape", "good", "bad", "told"), BAD_SHAPES)
@pytest.mark.usefixtures("crowd")
def test_a_shape_that_is_none_is_one_line(shape: str, good: str, bad: str, told: str) -> None:
    write("shaped.csv", "task,worker,label", [("t", "a", good), ("t", "b", bad)])
    code, _, error = run("agreement", "--votes", "shaped.csv", "--shape", shape)
    assert (code, told in error) == (2, True), error
