"""The commands over files of votes, as users run them: agreement, annotators, and unusable input."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

from unit.qa.crowds import Crowd, honest
from unit.qa.fileskit import CLASSES, rows_of, run, votes_of, write


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
    ("multi", [["a|b", "a | b"], ["a|b", "a|c"]], 1 - (1 + 1 / 9) / 2),
    ("text", [["same", "same"], ["abcd", "abxd"]], 0.125),
    ("spans", [['[[0, 4, "x"]]', '[[2, 4, "x"]]'], ["[]", "[]"]], 0.25),
    ("boxes", [["[0, 0, 2, 2]", "[[0, 0, 2, 1]]"], ["[1, 1, 2, 2]", "[5, 5, 6, 6]"]], 0.75),
]


@pytest.mark.parametrize(("shape", "answers", "distance"), SHAPES)
@pytest.mark.usefixtures("crowd")
def test_agreement_of_other_shapes(shape: str, answers: list[list[str]], distance: float) -> None:
    rows = [(f"t{t}", f"w{w}", answer) for t, pair in enumerate(answers) for w, answer in enumerate(pair)]
    write("shaped.csv", "task,worker,label", rows)
    code, text, told = run("agreement", "--votes", "shaped.csv", "--shape", shape, "--format", "json")
    assert code == 0, told
    found = json.loads(text)
    apart = found["mean_difference"] if shape == "number" else 1 - found["agreement_of_pairs"]
    assert apart == pytest.approx(distance)
    assert found["alpha"] < 1


BAD_SHAPES = [
    ("number", "3", "4x", "line 3: label '4x' is not a finite number"),
    ("number", "3", "inf", "line 3: label 'inf' is not a finite number"),
    ("spans", "[0, 1]", "[4, 2]", "line 3: '[4, 2]' needs finite numbers, low before high"),
    ("spans", "[0, 1]", "0 to 1", "line 3: '0 to 1' is not of the form [start, end]"),
    ("boxes", "[0, 0, 1, 1]", "[0, 0, 1]", "line 3: '[0, 0, 1]' needs finite numbers, low before high"),
    ("boxes", "[0, 0, 1, 1]", '{"x": 1}', "is not of the form [left, top, right, bottom]"),
    ("boxes", "[0, 0, 1, 1]", "7", "is not of the form [left, top, right, bottom]"),
    ("rings", "1", "2", "--shape: 'rings' is unknown: use one of class, number"),
]


@pytest.mark.parametrize(("shape", "good", "bad", "told"), BAD_SHAPES)
@pytest.mark.usefixtures("crowd")
def test_a_shape_that_is_none_is_one_line(shape: str, good: str, bad: str, told: str) -> None:
    write("shaped.csv", "task,worker,label", [("t", "a", good), ("t", "b", bad)])
    code, _, error = run("agreement", "--votes", "shaped.csv", "--shape", shape)
    assert (code, told in error) == (2, True), error


@pytest.mark.usefixtures("crowd")
def test_annotators_writes_skill_gold_state_and_signals() -> None:
    crowd, rng = honest(1, tasks=1200), np.random.default_rng(0)
    label = crowd.label.copy()
    spam = crowd.annotator == 3
    label[spam] = rng.integers(3, size=int(spam.sum()))
    bent = replace(crowd, label=label)
    seconds = rng.lognormal(2, 0.3, len(label)) * np.where(crowd.annotator == 5, 0.05, 1)
    rows = [
        (*each, f"{s:.3f}", place)
        for place, (each, s) in enumerate(zip(votes_of(bent), seconds, strict=True))
    ]
    write("votes.csv", "task,worker,label,took,when", rows)
    code, table, told = run(
        "annotators", "--votes", "votes.csv", "--gold", "gold.csv", "--output", "people.csv",
        "--seconds", "took", "--at", "when", "--limit", "2",
    )  # fmt: skip
    assert code == 0, told
    assert "probation" in table
    found = rows_of("people.csv")
    assert [each["worker"] for each in found] == [f"w{i:02}" for i in range(20)]
    gold = (bent.label == bent.truth[bent.task])[(bent.annotator == 0) & (bent.task < 60)]
    assert (int(found[0]["gold_right"]), int(found[0]["gold_answered"])) == (gold.sum(), len(gold))
    assert found[3]["alarms"] == "spam"
    assert found[3]["state"] in ("probation", "blocked")
    assert found[5]["alarms"] == "haste"
    assert float(found[5]["p_haste"]) < 0.05 < float(found[4]["p_haste"])
    for each in found:
        assert float(each["skill_low"]) <= float(each["skill"]) <= float(each["skill_high"])
        assert 0 <= float(each["right_eel_low"]) <= float(each["right_eel"]) <= 1


@pytest.mark.usefixtures("crowd")
def test_annotators_without_time_do_not_take_the_files_order_for_it() -> None:
    """A file sorted by label would make everybody repeat the previous answer."""
    rows = [(row["task"], row["worker"], row["label"]) for row in rows_of("votes.csv")]
    rows.sort(key=lambda row: row[2])
    write("sorted.csv", "task,worker,label", rows)
    code, _, told = run("annotators", "--votes", "sorted.csv", "--output", "people.csv")
    assert code == 0, told
    found = rows_of("people.csv")
    assert not any(each["alarms"] for each in found)
    assert "p_change" not in found[0]
    times = [f"2026-03-01T12:{i // 60:02}:{i % 60:02}Z" for i in range(len(rows))]
    write("timed.csv", "task,worker,label,when", [(*row, at) for row, at in zip(rows, times, strict=True)])
    assert run("annotators", "--votes", "timed.csv", "--at", "when", "--output", "people.csv")[0] == 0
    found = rows_of("people.csv")
    assert sum("straight-lining" in each["alarms"] for each in found) > 10
    assert "p_change" in found[0]


@pytest.mark.usefixtures("crowd")
def test_a_copier_is_named_with_whom() -> None:
    """Two who make the same mistakes: the second gives the first one's answers on the same tasks."""
    rows = votes_of(honest(1, tasks=1200))
    copied = [(task, "wXX", label) for task, who, label in rows if who == "w02"]
    write("votes.csv", "task,worker,label", [*rows, *copied])
    assert run("annotators", "--votes", "votes.csv", "--output", "people.csv")[0] == 0
    found = {each["worker"]: each for each in rows_of("people.csv")}
    assert found["wXX"]["copies_with"] == "w02"
    assert "copying" in found["w02"]["alarms"]


COMMANDS = [
    ("agreement",),
    ("annotators", "--output", "o.csv"),
    ("consensus", "--output", "o.csv", "--report", "o.html"),
    ("simulate-votes", "--output", "o", "--seeds", "1", "--model", "majority"),
]
BAD_VOTES = {
    "task,worker\na,b\n": "has no column label; it has task, worker: give --label-column one of them",
    "task,task,worker,label\na,a,b,c\n": "has two columns task",
    "": "is empty: it needs a header and rows",
    "task,worker,label\n": "has no votes",
    "task,worker,label\na,b,\n": "has no votes",
    "task,worker,label\na,b,c\n,b,c\n": "line 3: task is empty: fill it, or remove the row",
    "task,worker,label\na,b,c\na,  ,c\n": "line 3: worker is empty",
    "task,worker,label\na,b,c\na,b\n": "line 3 has 2 values, the header 3 columns",
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("text", "told"), BAD_VOTES.items())
@pytest.mark.usefixtures("crowd")
def test_bad_votes_are_one_line(command: tuple[str, ...], text: str, told: str) -> None:
    Path("bad.csv").write_text(text)
    code, _, error = run(*command, "--votes", "bad.csv")
    assert (code, told in error) == (2, True), error
    assert not Path("o.csv").exists()
    assert not Path("o").exists()


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.usefixtures("crowd")
def test_what_is_no_file_of_votes_is_one_line(command: tuple[str, ...]) -> None:
    Path("folder.csv").mkdir()
    Path("junk.parquet").write_bytes(b"junk")
    Path("latin.csv").write_bytes("task,worker,label\na,b,caf\xe9\n".encode("latin-1"))
    for file in ("folder.csv", "junk.parquet", "missing.csv"):
        code, _, error = run(*command, "--votes", file)
        assert (code, f"votes {file} cannot be read" in error) == (2, True), (file, error)
    code, _, error = run(*command, "--votes", "latin.csv")
    fix = "give --encoding latin-1, which reads 'café'"
    assert (code, f"votes latin.csv, line 2: byte 0xE9 is not UTF-8: {fix}" in error) == (2, True)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.usefixtures("crowd")
def test_odd_votes_are_warned_of(command: tuple[str, ...]) -> None:
    cases = {
        "a,x,c\na,x,d\na,y,c\n": "left out 1 row of repeated votes (1 with another label); "
        "an annotator's last vote on a task counts; the first repetition is line 3, annotator 'x' on task 'a'",
        "a,x,c\na,y,\nb,x,c\nb,y,d\n": "left out 1 row without a label, the first is line 3",
        "a,x,c\nb,x,d\n": "one annotator only ('x')",
        "a,x,c\nb,y,d\n": "no task has two votes",
    }
    for text, told in cases.items():
        Path("odd.csv").write_text("task,worker,label\n" + text)
        code, _, error = run(*command, "--votes", "odd.csv")
        assert code == 0, error
        assert told in error
    Path("odd.csv").write_text("task,worker,label\na,x,c\na,y,c\nb,x,c\n")
    code, _, error = run(*command, "--votes", "odd.csv")
    assert code == 0
    assert "all answers are the same" in error or "one class only ('c')" in error


@pytest.mark.usefixtures("crowd")
def test_bad_gold_is_one_line_or_a_warning() -> None:
    base = ("annotators", "--votes", "votes.csv", "--gold", "g.csv")
    cases = {
        "task\nt001\n": "gold g.csv has no column label",
        "task,label\n": "gold g.csv has no rows",
        "task,label\nt001,\n": "gold g.csv, line 2: label is empty",
        "task,label\nt001,cat\nt001,dog\n": "gold g.csv, line 3: task 't001' has two answers, 'cat' and 'dog'",
        "task,label\nT001,cat\n": "gold g.csv: none of its tasks appears in the votes ('T001' in gold, 't001' in",
        "task,label\nt001,Cat\n": "gold g.csv: none of its labels appears in the votes ('Cat' in gold, 'cat' in the",
        "task,label\nt001,newt\n": "none of its labels appears in the votes ('newt' in gold; 'cat', 'dog', 'eel' in",
    }
    for text, told in cases.items():
        Path("g.csv").write_text(text)
        code, _, error = run(*base)
        assert (code, told in error) == (2, True), error
    Path("g.csv").write_text("task,label\nt001,cat\nx,cat\nt002,newt\n")
    code, _, error = run(*base)
    assert code == 0
    assert "gold g.csv: 1 of 3 tasks have no votes, for example 'x'" in error
    assert "gold g.csv: 1 of 2 labels were never voted ('newt' in gold" in error
    Path("g.csv").write_text("item,answer\nt001,cat\n")
    code, table, _ = run(*base, "--gold-task-column", "item", "--gold-label-column", "answer")
    assert code == 0
    assert "of 1" in table


@pytest.mark.usefixtures("crowd")
def test_bad_times_are_one_line() -> None:
    for cells, options, told in (
        ("0", ("--seconds", "s"), "line 2: s is 0: give seconds above 0"),
        ("fast", ("--seconds", "s"), "line 2: s 'fast' is not a number"),
        ("noon", ("--at", "s"), "line 2: s 'noon' is not a number or a time like 2026"),
    ):
        Path("v.csv").write_text(f"task,worker,label,s\na,x,c,{cells}\n")
        code, _, error = run("annotators", "--votes", "v.csv", *options)
        assert (code, told in error) == (2, True), error


@pytest.mark.usefixtures("crowd")
def test_a_result_that_cannot_be_written_is_one_line() -> None:
    Path("folder").mkdir()
    code, _, error = run("annotators", "--votes", "votes.csv", "--output", "folder")
    assert (code, "folder is a folder: give a file in it" in error) == (2, True), error


@pytest.mark.usefixtures("crowd")
def test_names_are_shown_as_they_are_written() -> None:
    """Brackets are not markup, unmatched ones no error; a byte order mark is not part of a name."""
    rows = [(f"[/t{i}]", f"[red]w{w}", f"[b]{(i + w) % 2}") for i in range(4) for w in range(3)]
    text = "\ufefftask,worker,label\r\n" + "".join(",".join(row) + "\r\n" for row in rows)
    Path("odd.csv").write_bytes(text.encode())
    code, table, told = run("agreement", "--votes", "odd.csv")
    assert code == 0, told
    assert "[/t0]" in table
    assert "[b]1" in table
    code, table, _ = run("annotators", "--votes", "odd.csv")
    assert code == 0
    assert "[red]w0" in table
    write("labels.csv", "label", [(row[2],) for row in rows])
    np.save("x.npy", np.random.default_rng(0).normal(size=(len(rows), 2)))
    code, table, _ = run(
        "label-errors", "--labels", "labels.csv", "--embeddings", "x.npy", "--output", "e.csv"
    )
    assert code == 0
    assert "[b]1" in table
