"""`shoal qa consensus`, as a user meets it."""

import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest

from unit.qa.crowds import Crowd, honest
from unit.qa.fileskit import CLASSES, rows_of, run, votes_of, write


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
    page = " ".join(Path("pages/report.html").read_text().split())
    assert "votes.csv: 4,000 votes of 20 annotators on 800 tasks with 3 classes; 200 gold answers" in page
    assert "http" not in page.replace("http-equiv", "")


@pytest.mark.usefixtures("crowd")
def test_consensus_promises_nothing_that_gold_does_not_bear_out() -> None:
    base = ("consensus", "--votes", "votes.csv", "--output", "labels.parquet")
    write("few.csv", "task,label", [(row["task"], row["label"]) for row in rows_of("gold.csv")[:8]])
    code, _, told = run(*base, "--gold", "few.csv", "--report", "report.html")
    assert code == 0
    assert (
        "8 gold answers do not confirm a precision of 0.95: no label is accepted by its votes; about" in told
    )
    rows = pyarrow.parquet.read_table("labels.parquet").to_pylist()
    assert sum(row["accepted"] for row in rows) == 8  # gold itself
    assert "No label is accepted" in Path("report.html").read_text()
    code, _, told = run(*base)
    assert code == 0
    assert "a guarantee needs gold and a target" in told
    code, _, told = run(*base, "--target-precision", "0.9")
    assert code == 0
    assert "0 gold answers do not confirm" in told


def test_where_every_answer_is_known_nothing_is_left_to_promise(crowd: Crowd) -> None:
    write("gold.csv", "task,label", [(f"t{i:03}", CLASSES[each]) for i, each in enumerate(crowd.truth)])
    base = ("consensus", "--votes", "votes.csv", "--gold", "gold.csv", "--model", "majority")
    code, _, told = run(*base, "--output", "labels.csv", "--report", "report.html")
    assert code == 0
    assert "every task is gold, so no label is accepted by its votes" in told
    assert {row["accepted"] for row in rows_of("labels.csv")} == {"true"}
    assert "every task is gold" in Path("report.html").read_text()


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
def test_a_report_does_without_annotators_where_they_are_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shoal_qa.usecases.files.annotators.MOST_CELLS", 179)
    base = ("consensus", "--votes", "votes.csv", "--model", "majority", "--output", "labels.csv")
    code, _, told = run(*base, "--report", "report.html")
    assert code == 0
    assert (
        "the report has no annotators: 20 annotators x 3 classes squared is 180 numbers, at most 179 fit"
        in told
    )
    assert "<h2>Annotators" not in Path("report.html").read_text()
    code, _, told = run(*base, "--annotators", "people.csv")
    assert (code, "merge rare classes, or leave out annotators" in told) == (2, True)


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
        (("--model", "best"), "--model: unknown model 'best': use one of auto, majority"),
        (("--target-precision", "97"), "--target-precision: 97 is not a share between 0 and 1"),
        (("--confidence", "1"), "--confidence: 1 is not a share between 0 and 1"),
        (("--gold", "votes.json"), "gold votes.json cannot be read"),
        (("--report", "."), ". is a folder: give a file in it"),
    ],
)
def test_consensus_refuses_in_one_line(options: tuple[str, ...], told: str) -> None:
    code, _, error = run("consensus", "--votes", "votes.csv", "--output", "labels.csv", *options)
    assert (code, told in error) == (2, True), error


def test_too_little_memory_is_one_line(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    def hungry(*_: object, **__: object) -> None:
        raise MemoryError("Unable to allocate 9 TiB")

    monkeypatch.setattr(sys.modules["shoal_qa.cli.files.labelling"], "labels_of", hungry)
    code, _, told = run("consensus", "--votes", "votes.csv", "--output", "labels.csv")
    rest = "3 classes: cat, dog, eel not enough memory: Unable to allocate 9 TiB"
    assert (code, told) == (1, f"votes votes.csv: 1,500 rows; {rest}")


@pytest.mark.usefixtures("crowd")
def test_a_model_is_one_more_voter(crowd: Crowd) -> None:
    crowd = honest(82, tasks=600, per_task=2, annotators=40)
    write("votes.csv", "task,worker,label", votes_of(crowd))
    rng = np.random.default_rng(1)
    label = np.where(rng.random(600) < 0.9, crowd.truth, rng.integers(3, size=600))
    scores = [(f"t{i:03}", *np.where(np.arange(3) == label[i], 0.8, 0.1)) for i in range(600)]
    write("scores.csv", ",".join(["task", *CLASSES]), [*scores, ("elsewhere", 1, 0, 0)])
    base = ("consensus", "--votes", "votes.csv", "--output", "labels.csv")
    right = []
    for options in ((), ("--predictions", "scores.csv")):
        code, _, told = run(*base, *options)
        assert code == 0, told
        rows = rows_of("labels.csv")
        right.append(np.mean([row["label"] == truth_of(crowd, row["task"]) for row in rows]))
        assert all(int(row["votes"]) == 2 for row in rows)  # of people
    assert right[1] > right[0] + 0.03
    assert "1 of 601 tasks have no votes" in told


@pytest.mark.usefixtures("crowd")
@pytest.mark.parametrize(
    ("header", "row", "said"),
    [
        ("task,cat,dog", ("t000", 1, 0), "has no column"),
        (",".join(["task", *CLASSES]), ("t000", 1, 0, 1.5), "line 2: "),
        (",".join(["task", *CLASSES]), ("t000", 1, 0, ""), "is empty: give a number from 0 to 1"),
        (",".join(["task", *CLASSES]), ("elsewhere", 1, 0, 0), "none of its tasks appears in the votes"),
    ],
)
def test_predictions_that_cannot_be_read_are_one_line(
    header: str, row: tuple[object, ...], said: str
) -> None:
    write("scores.csv", header, [row])
    code, _, told = run(
        "consensus", "--votes", "votes.csv", "--output", "labels.csv", "--predictions", "scores.csv"
    )
    assert code == 2
    assert said in told
    assert len(told.strip().splitlines()) == 1
