"""`shoal qa simulate-votes --shape`, as a user meets it."""

from pathlib import Path

import pytest

from shoal.answers import parse_canonical
from unit.qa.files.test_answer_consensus import SHAPES, cell_of
from unit.qa.fileskit import rows_of, run, write
from unit.qa.simulated_answers import simulate_project


def write_project(shape: str, *, jobs: int = 50, votes: int = 5) -> None:
    project = simulate_project(SHAPES[shape], jobs=jobs, annotators=12, votes=votes, seed=2)
    rows = [(job, who, cell_of(parse_canonical(text))) for job, who, text in project.triples]
    write("votes.csv", "task,worker,label", rows)
    right = [(job, cell_of(parse_canonical(text))) for job, text in sorted(project.truth.items())]
    write("truth.csv", "task,label", right)
    write("gold.csv", "task,label", right[:15])


@pytest.mark.parametrize("shape", SHAPES)
def test_answers_of_every_shape_are_replayed(shape: str) -> None:
    write_project(shape)
    code, table, told = run(
        "simulate-votes", "--votes", "votes.csv", "--shape", shape, "--truth", "truth.csv", "--gold",
        "gold.csv", "--seeds", "2", "--output", "replayed",
    )  # fmt: skip
    assert code == 0, told
    assert "votes per task; all votes: 5.00 per task" in " ".join(table.split())
    rows = rows_of("replayed/curves.csv")
    assert {row["order"] for row in rows} == {"0", "1"}
    fixed = [row for row in rows if row["stopping"] == "fixed number" and row["order"] == "0"]
    assert [int(row["votes"]) for row in fixed] == [35 * n for n in range(1, 6)]  # 15 of 50 tasks are gold
    assert float(fixed[-1]["accuracy"]) > float(fixed[0]["accuracy"]) - 0.03
    for row in rows_of("replayed/prices.csv")[1:]:
        cost = float(row["votes"]) + float(row["review_price"]) * float(row["reviewed"])
        assert float(row["cost"]) == pytest.approx(cost, abs=1e-6)
    assert Path("replayed/index.html").read_text().count("<polyline") == 2


def test_fewer_answers_are_enough_if_they_are_bought_one_by_one() -> None:
    """Most boxes are clear after few answers, so that stopping job by job saves some."""
    write_project("boxes", jobs=150)
    code, _, told = run(
        "simulate-votes", "--votes", "votes.csv", "--shape", "boxes", "--truth", "truth.csv", "--seeds", "1",
        "--output", "replayed",
    )  # fmt: skip
    assert code == 0, told
    rows = rows_of("replayed/curves.csv")
    every = [row for row in rows if row["stopping"] == "fixed number"][-1]
    sure = [
        row
        for row in rows
        if row["stopping"] == "one by one" and float(row["accuracy"]) >= float(every["accuracy"]) - 0.02
    ]
    assert min(int(row["votes"]) for row in sure) < 0.9 * int(every["votes"])


def test_without_truth_and_with_nothing_left_to_measure() -> None:
    write_project("number", jobs=20)
    base = ("simulate-votes", "--votes", "votes.csv", "--shape", "number", "--seeds", "1")
    code, _, told = run(*base)
    assert code == 0, told
    assert "agreement with the consensus of all votes" in told
    for options, expected in (
        (("--gold", "truth.csv"), "votes cannot be replayed: no task with votes and an answer to measure on"),
        (("--model", "best"), "--model: 'best' is unknown"),
        (("--shape", "circle"), "'circle' is unknown"),
    ):
        code, _, error = run(*base, *options)
        assert (code, expected in error) == (2, True), error
