"""`shoal qa simulate-votes`, as a user meets it."""

from pathlib import Path

import pytest

from unit.qa.crowds import honest
from unit.qa.fileskit import CLASSES, rows_of, run, votes_of, write


@pytest.mark.usefixtures("crowd")
def test_simulate_votes_draws_curves_and_one_page() -> None:
    crowd = honest(2, tasks=250, annotators=12, per_task=8, hard=0)
    write("votes.csv", "task,worker,label", votes_of(crowd))
    right = [(f"t{i:03}", CLASSES[each]) for i, each in enumerate(crowd.truth)]
    write("truth.csv", "task,label", right)
    write("gold.csv", "task,label", right[:60])
    code, table, told = run(
        "simulate-votes", "--votes", "votes.csv", "--truth", "truth.csv", "--gold", "gold.csv",
        "--seeds", "2", "--output", "replayed",
    )  # fmt: skip
    assert code == 0, told
    assert "of the votes could have been saved" in " ".join(table.split())
    rows = rows_of("replayed/curves.csv")
    assert {row["order"] for row in rows} == {"0", "1"}
    fixed = [row for row in rows if row["stopping"] == "fixed number" and row["order"] == "0"]
    assert [float(row["threshold_or_votes"]) for row in fixed] == list(range(1, 9))
    assert [int(row["votes"]) for row in fixed] == [190 * n for n in range(1, 9)]  # 60 of 250 tasks are gold
    assert float(fixed[-1]["accuracy"]) > float(fixed[0]["accuracy"])
    for row in rows:
        assert 0.5 < float(row["accuracy"]) <= 1
        assert int(row["votes"]) <= 190 * 8
    prices = rows_of("replayed/prices.csv")
    assert [row["review_price"] for row in prices] == ["", "2", "5", "10", "20"]
    assert float(prices[0]["reviewed"]) == 0
    for row in prices[1:]:
        cost = float(row["votes"]) + float(row["review_price"]) * float(row["reviewed"])
        assert float(row["cost"]) == pytest.approx(cost)
    assert "effect of the price of a review" in " ".join(table.split())
    page = Path("replayed/index.html").read_text()
    assert page.count("<polyline") == 2
    assert "http" not in page.replace("http-equiv", "")


@pytest.mark.usefixtures("crowd")
def test_simulate_votes_says_what_it_measures_with_or_why_not() -> None:
    rows = [
        (row["task"], row["worker"], row["label"]) for row in rows_of("votes.csv") if row["task"] < "t060"
    ]
    write("some.csv", "task,worker,label", rows)
    base = ("simulate-votes", "--votes", "some.csv", "--output", "replayed", "--seeds", "1")
    code, _, told = run(*base, "--model", "majority")
    assert code == 0, told
    assert "agreement with the consensus of all votes" in told
    for options, expected in (
        (("--model", "best"), "--model: 'best' is unknown: use one of auto"),
        (("--gold", "gold.csv"), "votes cannot be replayed: no task with votes and an answer to measure on"),
        (("--truth", "votes.json"), "truth votes.json cannot be read"),
    ):
        code, _, error = run(*base, *options)
        assert (code, expected in error) == (2, True), error
    Path("other.csv").write_text("task,label\nx,cat\n")
    code, _, error = run(*base, "--truth", "other.csv")
    assert (code, "truth other.csv: none of its tasks appears in the votes ('x' in truth;" in error) == (
        2,
        True,
    ), error
