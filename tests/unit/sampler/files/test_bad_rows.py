"""Rows of embeddings that mean nothing: all are named, or left out and listed."""

import csv
from pathlib import Path

import numpy as np
import pytest

from unit.sampler.files.test_files import run

BAD = {7: np.nan, 20: np.inf, 33: 0.0}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a folder with 60 rows, of which three are bad and 5 repeats 4."""
    monkeypatch.chdir(tmp_path)
    x = np.random.default_rng(0).normal(size=(60, 8)).astype(np.float32)
    x[5] = x[4]
    for row, value in BAD.items():
        x[row] = value
    np.save("x.npy", x)
    Path("y.csv").write_text("label\n" + "".join("ab"[n % 2] + "\n" for n in range(60)))


def rows(file: str) -> list[dict[str, str]]:
    with Path(file).open() as stream:
        return list(csv.DictReader(stream))


COMMANDS = {
    "select": ("select", "--embeddings", "x.npy", "--n", "57", "--output", "o.csv"),
    "duplicates": ("duplicates", "--embeddings", "x.npy", "--similarity", "0.999", "--output", "o.csv"),
    "simulate": (
        *("simulate", "--embeddings", "x.npy", "--labels", "y.csv", "--strategies", "random,herding"),
        *("--budgets", "6,12", "--seeds", "1", "--output", "o"),
    ),
}


@pytest.mark.parametrize("command", COMMANDS)
def test_bad_rows_are_all_named_and_nothing_is_written(command: str) -> None:
    code, _, error = run(*COMMANDS[command])
    assert code == 2
    assert "row 7 has no values; rows 7, 20 have such values" in error
    assert "--skip-bad" in error
    assert {file.name for file in Path().iterdir()} == {"x.npy", "y.csv"}


@pytest.mark.parametrize("command", COMMANDS)
def test_skip_bad_leaves_them_out_and_lists_them(command: str) -> None:
    code, _, error = run(*COMMANDS[command], "--skip-bad")
    assert code == 0, error
    listed = rows("o/left-out.csv" if command == "simulate" else "o.left-out.csv")
    assert [row["place"] for row in listed] == ["row 7", "row 20", "row 33"]
    assert listed[0]["problem"] == "has no values"
    assert "3 rows left out" in error
    if command == "select":
        assert {int(row["index"]) for row in rows("o.csv")} == set(range(60)) - BAD.keys()
    if command == "duplicates":
        assert [row["index"] for row in rows("o.csv")] == ["4", "5"]
        assert [row["represented_by"] for row in rows("o.csv")] == ["4", "4"]


def test_a_file_of_bad_rows_only_is_refused_with_skip_bad_too() -> None:
    np.save("x.npy", np.zeros((5, 3)))
    code, _, error = run(*COMMANDS["select"], "--skip-bad")
    assert (code, "row 0 is all zeros" in error) == (2, True)
