"""Values that are possible and hardly ever meant: warned of, or refused, where they are read."""

import json

import pytest

from unit.qa.fileskit import run, write

VOTES = [(f"t{i}", person, "cat" if i % 2 else "dog") for i in range(8) for person in ("ann", "bob", "cem")]
CONSENSUS = ("consensus", "--votes", "votes.csv", "--output", "labels.csv")


@pytest.fixture(autouse=True)
def votes() -> None:
    write("votes.csv", "task,worker,label", VOTES)


def test_gold_that_looks_like_a_missing_value_is_warned_of() -> None:
    write("gold.csv", "task,label", [("t0", "dog"), ("t1", "N/A"), ("t2", "dog")])
    code, _, errors = run(*CONSENSUS, "--gold", "gold.csv")
    assert code == 0
    assert "gold gold.csv: label has 1 cell 'N/A', which looks like missing values" in errors


def test_predictions_that_add_up_to_more_than_one_are_refused() -> None:
    write("scores.csv", "task,cat,dog", [(f"t{i}", 0.7, 0.7) for i in range(8)])
    code, _, errors = run(*CONSENSUS, "--predictions", "scores.csv")
    assert code == 2
    assert "predictions scores.csv, line 2 adds up to 1.4, not to 1 (8 rows are like it)" in errors
    write("scores.csv", "task,cat,dog", [(f"t{i}", 0.6, 0.2) for i in range(8)])
    assert run(*CONSENSUS, "--predictions", "scores.csv")[0] == 0


def test_tasks_in_two_spellings_are_warned_of_and_joined() -> None:
    write("votes.csv", "task,worker,label", [(t.upper() if w == "ann" else t, w, c) for t, w, c in VOTES])
    code, _, errors = run("agreement", "--votes", "votes.csv", "--format", "json")
    assert code == 0
    assert "task has names that look alike: 'T0' (1) and 't0' (2) differ by case only" in errors
    code, table, errors = run("agreement", "--votes", "votes.csv", "--format", "json", "--join-spellings")
    assert code == 0
    assert json.loads(table)["tasks"] == 8
    assert "look alike" not in errors


def test_milliseconds_in_place_of_seconds_are_warned_of() -> None:
    for unit, expected in ((1000, True), (1, False)):
        rows = [(*vote, unit * (3 + index % 5)) for index, vote in enumerate(VOTES)]
        write("votes.csv", "task,worker,label,time", rows)
        code, _, errors = run(
            "annotators", "--votes", "votes.csv", "--output", "people.csv", "--seconds", "time"
        )
        assert code == 0
        assert ("if these are milliseconds" in errors) == expected
