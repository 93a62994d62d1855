"""The commands over files of votes and labels, as a user meets them."""

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest
from typer.testing import CliRunner

from shoal_qa.cli import app
from unit.qa.crowds import Crowd, honest

CLASSES = ("cat", "dog", "eel")


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout, " ".join(result.stderr.split())


def rows_of(file: str) -> list[dict[str, str]]:
    with Path(file).open(newline="") as lines:
        return list(csv.DictReader(lines))


def write(file: str, header: str, rows: Sequence[Sequence[object]]) -> None:
    with Path(file).open("w", newline="") as lines:
        csv.writer(lines).writerows([header.split(","), *rows])


def votes_of(crowd: Crowd) -> list[tuple[str, str, str]]:
    columns = zip(crowd.task, crowd.annotator, crowd.label, strict=True)
    return [(f"t{task:03}", f"w{who:02}", CLASSES[label]) for task, who, label in columns]


@pytest.fixture
def crowd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Crowd:
    """Return a crowd whose votes are votes.csv and whose first 60 answers are gold.csv, in the working folder."""
    monkeypatch.chdir(tmp_path)
    found = honest(1)
    write("votes.csv", "task,worker,label", votes_of(found))
    write("gold.csv", "task,label", [(f"t{i:03}", CLASSES[found.truth[i]]) for i in range(60)])
    return found


def test_agreement_shows_alpha_classes_and_the_worst_tasks(crowd: Crowd) -> None:
    code, table, told = run("agreement", "--votes", "votes.csv")
    assert (code, told) == (0, "")
    assert "Krippendorff's alpha" in table
    assert "tasks that divide people" in table
    code, text, _ = run("agreement", "--votes", "votes.csv", "--output", "json", "--worst", "3")
    found = json.loads(text)
    assert found["votes"] == len(crowd.votes)
    assert found["alpha_low"] < found["alpha"] < found["alpha_high"]
    assert [each["class"] for each in found["classes"]] == list(CLASSES)
    assert sum(each["share"] for each in found["classes"]) == pytest.approx(1)
    assert len(found["worst_tasks"]) == 3
    worst = {label for task, _, label in votes_of(crowd) if task == found["worst_tasks"][0]["task"]}
    assert len(worst) == 3  # one that has votes for every class


def test_agreement_is_the_same_from_parquet_and_under_other_names(crowd: Crowd) -> None:
    task, worker, label = zip(*votes_of(crowd), strict=True)
    extra = list(range(len(task)))
    columns = {"extra": extra, "item": task, "who": worker, "answer": pa.array(label).dictionary_encode()}
    pyarrow.parquet.write_table(pa.table(columns), "votes.parquet")
    names = ("--task-column", "item", "--worker-column", "who", "--label-column", "answer")
    code, one, _ = run("agreement", "--votes", "votes.parquet", *names, "--output", "json")
    assert code == 0
    assert json.loads(one) == json.loads(run("agreement", "--votes", "votes.csv", "--output", "json")[1])


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
    code, text, told = run("agreement", "--votes", "shaped.csv", "--shape", shape, "--output", "json")
    assert code == 0, told
    found = json.loads(text)
    apart = found["mean_difference"] if shape == "number" else 1 - found["agreement_of_pairs"]
    assert apart == pytest.approx(distance)
    assert found["alpha"] < 1


BAD_SHAPES = [
    ("number", "3", "4x", "line 3: '4x' is not a finite number"),
    ("number", "3", "inf", "line 3: 'inf' is not a finite number"),
    ("spans", "[0, 1]", "[4, 2]", "line 3: '[4, 2]' needs finite ends in order"),
    ("spans", "[0, 1]", "0 to 1", "line 3: '0 to 1' is not JSON like [start, end]"),
    ("boxes", "[0, 0, 1, 1]", "[0, 0, 1]", "line 3: '[0, 0, 1]' needs finite ends in order"),
    ("boxes", "[0, 0, 1, 1]", '{"x": 1}', "is not JSON like [left, top, right, bottom]"),
    ("boxes", "[0, 0, 1, 1]", "7", "is not JSON like [left, top, right, bottom]"),
    ("rings", "1", "2", "--shape 'rings' is not known: use one of class, number"),
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
    bent = Crowd(crowd.task, crowd.annotator, label, crowd.truth, crowd.annotators, crowd.classes)
    seconds = rng.lognormal(2, 0.3, len(label)) * np.where(crowd.annotator == 5, 0.05, 1)
    rows = [
        (*each, f"{s:.3f}", place)
        for place, (each, s) in enumerate(zip(votes_of(bent), seconds, strict=True))
    ]
    write("votes.csv", "task,worker,label,took,when", rows)
    code, table, told = run(
        "annotators", "--votes", "votes.csv", "--gold", "gold.csv", "--output", "people.csv",
        "--seconds", "took", "--at", "when", "--show", "2",
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


def probabilities(crowd: Crowd, noise: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the true classes, labels of which a tenth is wrong, and probabilities of a model that did not see them."""
    rng = np.random.default_rng(4)
    truth = np.repeat(crowd.truth, 3)
    wrong = rng.random(len(truth)) < 0.1
    label = np.where(wrong, (truth + rng.integers(1, 3, len(truth))) % 3, truth)
    scores = 3 * np.eye(3)[truth] + noise * rng.normal(size=(len(truth), 3))
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    return truth, label, p


def test_label_errors_come_first_and_with_a_better_label(crowd: Crowd) -> None:
    truth, label, p = probabilities(crowd, 1.0)
    write("labels.csv", "id,label", [(f"s{i}", CLASSES[each]) for i, each in enumerate(label)])
    np.save("p.npy", p.astype(np.float32))
    code, table, told = run(
        "label-errors", "--labels", "labels.csv", "--probabilities", "p.npy", "--output", "errors.csv",
        "--id-column", "id",
    )  # fmt: skip
    assert code == 0, told
    assert "labels are wrong" in table
    found = rows_of("errors.csv")
    assert len(found) == len(label)
    wrong = [float(each["wrong"]) for each in found]
    assert wrong == sorted(wrong, reverse=True)
    count = int((truth != label).sum())
    hits = [each for each in found[:count] if truth[int(each["row"])] != label[int(each["row"])]]
    assert len(hits) > 0.8 * count
    assert all(each["id"] == f"s{each['row']}" for each in found)
    better = [each["suggestion"] == CLASSES[truth[int(each["row"])]] for each in hits]
    assert np.mean(better) > 0.8
    assert sum(wrong) == pytest.approx(count, rel=0.3)


def test_label_errors_from_embeddings_and_from_named_columns(crowd: Crowd) -> None:
    truth, label, p = probabilities(crowd, 1.0)
    write("labels.csv", "label", [(CLASSES[each],) for each in label])
    centres = np.random.default_rng(5).normal(size=(3, 8))
    np.save("x.npy", (centres[truth] + 0.3 * np.random.default_rng(6).normal(size=(len(truth), 8))))
    base = ("label-errors", "--labels", "labels.csv", "--output", "errors.csv")
    assert run(*base, "--embeddings", "x.npy")[0] == 0
    count = int((truth != label).sum())
    first = [int(each["row"]) for each in rows_of("errors.csv")[:count]]
    assert (truth[first] != label[first]).mean() > 0.9
    turned = pa.table({CLASSES[k]: p[:, k] for k in (2, 0, 1)})
    pyarrow.parquet.write_table(turned, "p.parquet")
    assert run(*base, "--probabilities", "p.parquet")[0] == 0
    by_name = rows_of("errors.csv")
    np.save("p.npy", p[:, [2, 0, 1]])
    assert run(*base, "--probabilities", "p.npy", "--classes", "eel, cat,dog")[0] == 0
    assert rows_of("errors.csv") == by_name


def test_labels_that_are_numbers_are_the_columns(crowd: Crowd) -> None:
    _, label, p = probabilities(crowd, 1.0)
    write("labels.csv", "label", [(each or "",) for each in label])  # class 0 is never given
    np.save("p.npy", p)
    code, _, told = run(
        "label-errors", "--labels", "labels.csv", "--probabilities", "p.npy", "--output", "e.csv"
    )
    assert code == 0, told
    assert "rows without a label left out, the first line" in told
    found = rows_of("e.csv")
    assert {each["label"] for each in found} == {"1", "2"}
    assert all(label[int(each["row"])] == int(each["label"]) for each in found)


BAD_LABELS = [
    (("--probabilities", "short.npy"), "short.npy has 899 rows, labels labels.csv 900"),
    (("--probabilities", "sums.npy"), "sums.npy, row 7: give numbers of 0 or more that add up to 1, not 2"),
    (("--probabilities", "nan.npy"), "nan.npy, row 4, column 1 is nan"),
    (("--probabilities", "four.npy"), "4 columns, but there are 3 classes: name them"),
    (("--probabilities", "p.npy", "--classes", "cat,dog,fox"), "label 'eel' has no column"),
    (("--probabilities", "p.npy", "--classes", "cat,dog,dog"), "3 columns, but there are 2 classes"),
    (("--probabilities", "p.npy", "--embeddings", "p.npy"), "not both"),
    ((), "give --probabilities of a model that did not see the labels, or --embeddings"),
    (("--embeddings", "same.npy"), "at least one column must vary"),
    (("--embeddings", "flat.npy"), "has shape (900,)"),
    (("--embeddings", "text.npy"), "holds <U1, not numbers"),
    (("--embeddings", "labels.csv"), "give a .npy or a .parquet file"),
    (("--embeddings", "missing.npy"), "embeddings missing.npy cannot be read"),
    (("--probabilities", "p.npy", "--label-column", "class"), "no column class; it has label"),
]


@pytest.mark.parametrize(("options", "told"), BAD_LABELS)
def test_bad_labels_are_one_line(crowd: Crowd, options: tuple[str, ...], told: str) -> None:
    _, label, p = probabilities(crowd, 1.0)
    write("labels.csv", "label", [(CLASSES[each],) for each in label])
    sums, nan = p.copy(), p.copy()
    sums[7] *= 2
    nan[4, 1] = np.nan
    arrays = {
        "p": p, "short": p[:-1], "sums": sums, "nan": nan, "four": np.full((900, 4), 0.25),
        "same": np.ones((900, 2)), "flat": np.ones(900), "text": np.array([["a"]] * 900),
    }  # fmt: skip
    for name, array in arrays.items():
        np.save(f"{name}.npy", array)
    code, _, error = run("label-errors", "--labels", "labels.csv", "--output", "e.csv", *options)
    assert (code, told in error) == (2, True), error
    assert not Path("e.csv").exists()


def truth_of(crowd: Crowd, task: str) -> str:
    return CLASSES[crowd.truth[int(task[1:])]]


def test_consensus_labels_every_task_and_keeps_its_promise(crowd: Crowd) -> None:
    crowd = honest(1, tasks=800, hard=0)
    write("votes.csv", "task,worker,label", votes_of(crowd))
    write("gold.csv", "task,label", [(f"t{i:03}", CLASSES[crowd.truth[i]]) for i in range(200)])
    code, table, told = run(
        "consensus", "--votes", "votes.csv", "--gold", "gold.csv", "--target-precision", "0.9",
        "--output", "labels.csv", "--annotators", "people.csv", "--report", "pages/report.html",
    )  # fmt: skip
    assert code == 0, told
    assert "at least 0.9" in table
    rows = rows_of("labels.csv")
    assert list(rows[0]) == ["task", "label", "probability", "accepted", "action", "votes", "agreement"]
    assert len(rows) == 800
    for row in rows[::37]:
        own = [label for task, _, label in votes_of(crowd) if task == row["task"]]
        assert int(row["votes"]) == len(own)
        assert float(row["agreement"]) == pytest.approx(own.count(row["label"]) / len(own), abs=1e-4)
    known = [row for row in rows if int(row["task"][1:]) < 200]
    assert all(row["label"] == truth_of(crowd, row["task"]) for row in known)
    accepted = [row for row in rows if row["accepted"] == "true" and row not in known]
    assert len(accepted) > 300
    assert {row["action"] for row in accepted} == {"accept"}
    assert np.mean([row["label"] == truth_of(crowd, row["task"]) for row in accepted]) > 0.9
    assert {row["action"] for row in rows if row["accepted"] == "false"} <= {"more", "review"}
    assert len(rows_of("people.csv")) == crowd.annotators
    page = Path("pages/report.html").read_text()
    assert "votes.csv: 4,000 votes of 20 annotators on 800 tasks with 3 classes; 200 answers known" in page
    assert "http" not in page.replace("http-equiv", "")


@pytest.mark.usefixtures("crowd")
def test_consensus_promises_nothing_that_gold_does_not_bear_out() -> None:
    base = ("consensus", "--votes", "votes.csv", "--output", "labels.parquet")
    write("few.csv", "task,label", [(row["task"], row["label"]) for row in rows_of("gold.csv")[:8]])
    code, _, told = run(*base, "--gold", "few.csv", "--report", "report.html")
    assert code == 0
    assert "8 gold answers do not bear out a precision of 0.95: nothing accepted; about" in told
    rows = pyarrow.parquet.read_table("labels.parquet").to_pylist()
    assert sum(row["accepted"] for row in rows) == 8  # gold itself
    assert "Nothing is accepted" in Path("report.html").read_text()
    code, _, told = run(*base)
    assert code == 0
    assert "nothing is promised" in told
    code, _, told = run(*base, "--target-precision", "0.9")
    assert code == 0
    assert "0 gold answers do not bear out" in told


@pytest.mark.usefixtures("crowd")
def test_consensus_by_one_model_and_under_other_names() -> None:
    rows = [(row["task"], row["worker"], row["label"]) for row in rows_of("votes.csv")]
    write("other.csv", "label,who,answer", [*rows, ("t999", "w00", "")])
    names = ("--task-column", "label", "--worker-column", "who", "--label-column", "answer")
    base = ("consensus", "--votes", "other.csv", *names, "--output", "labels.csv", "--model", "majority")
    assert run(*base, "--annotators", "people.csv")[0] == 0
    found = {row["task"]: row for row in rows_of("labels.csv")}
    for task in ("t000", "t111", "t222"):
        own = [label for name, _, label in rows if name == task]
        assert own.count(found[task]["label"]) == max(map(own.count, set(own)))
    nobody = found["t999"]  # only an empty answer
    assert (nobody["label"], nobody["votes"], nobody["agreement"], nobody["action"]) == ("", "0", "", "more")
    assert "who" in rows_of("people.csv")[0]


@pytest.mark.usefixtures("crowd")
def test_the_same_votes_in_another_order_give_the_same_labels() -> None:
    rows = [(row["task"], row["worker"], row["label"]) for row in rows_of("votes.csv")]
    write("turned.csv", "task,worker,label", rows[::-1])
    for votes, file in (("votes.csv", "one.csv"), ("turned.csv", "other.csv")):
        assert run("consensus", "--votes", votes, "--gold", "gold.csv", "--output", file)[0] == 0
    for one, other in zip(rows_of("one.csv"), rows_of("other.csv"), strict=True):
        assert (one["task"], one["label"]) == (other["task"], other["label"])
        assert float(one["probability"]) == pytest.approx(float(other["probability"]), abs=2e-3)


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--model", "best"), "--model: there is no model 'best': use one of auto, majority"),
        (("--target-precision", "97"), "--target-precision is 97: give a share between 0 and 1"),
        (("--confidence", "1"), "--confidence is 1: give a share between 0 and 1"),
        (("--gold", "votes.json"), "gold votes.json cannot be read"),
        (("--report", "."), ". cannot be written"),
    ],
)
def test_consensus_refuses_in_one_line(options: tuple[str, ...], told: str) -> None:
    code, _, error = run("consensus", "--votes", "votes.csv", "--output", "labels.csv", *options)
    assert (code, told in error) == (2, True), error


COMMANDS = [
    ("agreement",),
    ("annotators", "--output", "o.csv"),
    ("consensus", "--output", "o.csv", "--report", "o.html"),
]
BAD_VOTES = {
    "task,worker\na,b\n": "has no column label; it has task, worker: rename one, or say which it is",
    "task,task,worker,label\na,a,b,c\n": "has two columns task",
    "": "cannot be read: Empty CSV file",
    "task,worker,label\n": "has no votes",
    "task,worker,label\na,b,\n": "has no votes",
    "task,worker,label\na,b,c\n,b,c\n": "line 3: task is empty: fill it, or leave the row out",
    "task,worker,label\na,b,c\na,  ,c\n": "line 3: worker is empty",
    "task,worker,label\na,b,c\na,b\n": "Expected 3 columns, got 2",
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("text", "told"), BAD_VOTES.items())
@pytest.mark.usefixtures("crowd")
def test_bad_votes_are_one_line(command: tuple[str, ...], text: str, told: str) -> None:
    Path("bad.csv").write_text(text)
    code, _, error = run(*command, "--votes", "bad.csv")
    assert (code, told in error) == (2, True), error
    assert not Path("o.csv").exists()


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.usefixtures("crowd")
def test_what_is_no_file_of_votes_is_one_line(command: tuple[str, ...]) -> None:
    Path("folder.csv").mkdir()
    Path("junk.parquet").write_bytes(b"junk")
    Path("latin.csv").write_bytes("task,worker,label\na,b,caf\xe9\n".encode("latin-1"))
    for file in ("folder.csv", "junk.parquet", "missing.csv", "latin.csv"):
        code, _, error = run(*command, "--votes", file)
        assert (code, f"votes {file} cannot be read" in error) == (2, True), (file, error)


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.usefixtures("crowd")
def test_odd_votes_are_warned_of(command: tuple[str, ...]) -> None:
    cases = {
        "a,x,c\na,x,d\na,y,c\n": "1 row repeating a worker on a task (1 with another label); the last one counts; "
        "the first repetition is line 3, worker 'x' on task 'a'",
        "a,x,c\na,y,\nb,x,c\nb,y,d\n": "1 row without a label left out, the first line 3",
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
        "task,label\nt001,cat\nt001,dog\n": "gold g.csv, line 3: task 't001' is 'cat' and 'dog'",
        "task,label\nT001,cat\n": "no task of it has votes, for instance 'T001'",
    }
    for text, told in cases.items():
        Path("g.csv").write_text(text)
        code, _, error = run(*base)
        assert (code, told in error) == (2, True), error
    Path("g.csv").write_text("task,label\nt001,cat\nx,cat\nt002,newt\n")
    code, _, error = run(*base)
    assert code == 0
    assert "gold: 1 of 3 tasks have no votes, for instance 'x'" in error
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
    assert (code, "folder cannot be written" in error) == (2, True), error


@pytest.mark.usefixtures("crowd")
def test_names_are_shown_as_they_are_written() -> None:
    """Brackets would be markup to the terminal, and an unmatched one an error; a mark of byte order is no name."""
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
