"""`--range` of numbers and ratings: intervals, what cuts them, and what is refused."""

from pathlib import Path

import numpy as np
import pytest

from unit.qa.fileskit import rows_of, run, write


def write_numbers(seed: int, *, low: float, high: float, tasks: int = 400, votes: int = 3) -> np.ndarray:
    """Write answers from 0 to 100 about numbers between low and high; return the right numbers."""
    rng = np.random.default_rng(seed)
    truth = rng.uniform(low, high, tasks)
    spread = np.exp(rng.normal(np.log(3), 0.5, 15))
    rows = []
    for task, value in enumerate(truth.tolist()):
        for who in rng.choice(15, votes, replace=False).tolist():
            answer = np.clip(value + spread[who] * rng.standard_t(4), 0, 100)
            rows.append((f"t{task:03}", f"w{who}", f"{answer:.6f}"))
    write("votes.csv", "task,worker,label", rows)
    return truth


def merged_rows(*options: str) -> tuple[list[dict[str, str]], str]:
    base = ("--votes", "votes.csv", "--shape", "number", "--output", "labels.csv", "--report", "report.html")
    code, _, told = run("consensus", *base, *options)
    assert code == 0, told
    return rows_of("labels.csv"), told


def share_inside(rows: list[dict[str, str]], truth: np.ndarray) -> float:
    ends = np.array([(float(row["low"]), float(row["high"])) for row in rows])
    return float(((ends[:, 0] <= truth) & (truth <= ends[:, 1])).mean())


@pytest.mark.parametrize("votes", [2, 4])
@pytest.mark.parametrize(("low", "high"), [(0, 100), (20, 80)])
def test_nine_of_ten_intervals_hold_the_right_number_up_to_the_ends_of_the_range(
    low: float, high: float, votes: int
) -> None:
    covered = []
    for seed in range(3):
        truth = write_numbers(seed, low=low, high=high, votes=votes)
        rows, told = merged_rows("--range", "0", "100")
        assert "cut" not in rows[0]
        assert "--range" not in told
        covered.append(share_inside(rows, truth))
    assert np.mean(covered) == pytest.approx(0.9, abs=0.03)


def test_intervals_that_end_where_the_file_does_are_named_in_the_row_the_summary_and_the_report() -> None:
    truth = write_numbers(1, low=0, high=100, tasks=150)
    free, _ = merged_rows("--range", "-40", "140")
    rows, told = merged_rows()
    values = [float(row["label"]) for row in rows_of("votes.csv")]
    ends = min(values), max(values)
    cut = [row for row in rows if row["cut"]]
    assert {row["cut"] for row in cut} <= {"low", "high", "both"}
    assert f"{len(cut):,} intervals end at the least or greatest number of the file" in told
    assert f"{len(cut):,} intervals end" in Path("report.html").read_text()
    assert cut
    for row, wide in zip(rows, free, strict=True):
        assert float(row["low"]) >= ends[0] - 1e-6
        assert float(row["high"]) <= ends[1] + 1e-6
        beyond = float(wide["low"]) < ends[0] - 0.5 or float(wide["high"]) > ends[1] + 0.5
        assert bool(row["cut"]) or not beyond
    assert share_inside(rows, truth) > 0.8


def test_the_range_is_that_of_the_tolerance() -> None:
    """Numbers 4 apart agree in a range of 100 and not in one of 20."""
    rows = [(f"t{n}", who, str(10 + n + 4 * (who == "b"))) for n in range(8) for who in "ab"]
    write("votes.csv", "task,worker,label", rows)
    wide, _ = merged_rows("--range", "0", "100")
    tight, _ = merged_rows("--range", "10", "30")
    assert {row["agreement"] for row in wide} == {"1"}
    assert max(float(row["agreement"]) for row in tight) < 1


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--shape", "number", "--range", "0", "30"), "line 3: label 40 is outside of --range 0 30"),
        (
            ("--shape", "number", "--range", "30", "0"),
            "--range: 30 0: give the least number, then a greater one",
        ),
        (("--shape", "number", "--range", "nan", "9"), "give the least number"),
        (("--shape", "rating", "--range", "0", "9.5"), "ratings are whole numbers"),
        (("--shape", "rating", "--range", "1", "5"), "line 2: label 20 is outside"),
        (("--range", "0", "30"), "--range: needs --shape number or rating"),
    ],
)
@pytest.mark.parametrize("command", ["consensus", "annotators", "simulate-votes"])
def test_a_bad_range_and_numbers_outside_are_refused(
    command: str, options: tuple[str, ...], told: str
) -> None:
    write("votes.csv", "task,worker,label", [("t1", "a", "20"), ("t1", "b", "40")])
    code, _, error = run(command, "--votes", "votes.csv", "--output", "out.csv", *options)
    assert code == 2
    assert told in error


def test_label_errors_of_numbers_take_the_range() -> None:
    rows = [(f"t{n}", f"{10 + n}") for n in range(40)]
    write("labels.csv", "task,label", [*rows[:-1], ("t39", "150")])
    write("model.csv", "task,label", [(task, str(float(value) + 0.5)) for task, value in rows])
    base = ("label-errors", "--labels", "labels.csv", "--predictions", "model.csv", "--shape", "number")
    code, _, told = run(*base, "--output", "errors.csv", "--range", "0", "200")
    assert code == 0, told
    first = rows_of("errors.csv")[0]
    assert (first["task"], float(first["wrong"]) > 0.5) == ("t39", True)
    assert run(*base, "--output", "errors.csv", "--range", "0", "100")[0] == 2
