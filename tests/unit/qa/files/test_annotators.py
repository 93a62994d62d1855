"""The command `annotators` over files of votes, as users run it."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from unit.qa.crowds import honest
from unit.qa.fileskit import rows_of, run, votes_of, write


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
