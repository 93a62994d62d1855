"""Messages about rows that cannot be used, and the list of those that were left out."""

import csv
from pathlib import Path

import pytest

from shoal.files.checks import full_cells
from shoal.files.errors import BadInput
from shoal.files.faults import Fault, SkippedRow, faults_message, skipped_fact
from shoal.files.options import ReadOptions
from shoal.files.skipped import skipped_file, write_skipped
from shoal.files.tables import read_table

EMPTY = Fault(": task is empty", "fill it")


def test_all_rows_are_counted_and_the_first_ten_are_named() -> None:
    places = [f"line {line}" for line in range(2, 14)]
    assert faults_message(places[:1], [EMPTY]) == (
        ", line 2: task is empty: fill it (--skip-bad leaves the row out)"
    )
    message = faults_message(places, [EMPTY] * 11 + [Fault(" has 1 value", "add one")], skippable=False)
    assert message.startswith(", line 2: task is empty; line 3: task is empty; ")
    assert message.endswith("line 11: task is empty; and 2 more: 12 rows cannot be used: fill it")


def test_the_summary_names_rows_that_were_left_out() -> None:
    rows = [SkippedRow(Path("v.csv"), f"line {line}", "task is empty") for line in range(2, 1014)]
    assert skipped_fact([]) == ""
    assert skipped_fact(rows[:1]) == "1 row left out (line 2: task is empty)"
    assert skipped_fact(rows).startswith("1,012 rows left out (line 2: task is empty; line 3: ")
    assert skipped_fact(rows).endswith("; and 1,002 more)")


def test_the_list_of_rows_is_beside_a_file_and_in_a_folder(tmp_path: Path) -> None:
    assert skipped_file(Path("out/labels.csv")) == Path("out/labels.left-out.csv")
    assert skipped_file(Path("out/x.tar.npy")) == Path("out/x.tar.left-out.csv")
    assert skipped_file(Path("out/report")) == Path("out/report/left-out.csv")
    row = SkippedRow(Path("v,1.csv"), "line 3", 'task is "x",\nthen empty')
    file = write_skipped(tmp_path / "labels.csv", [row])
    with file.open(newline="", encoding="utf-8") as stream:
        assert list(csv.reader(stream)) == [
            ["file", "place", "problem"],
            ["v,1.csv", "line 3", 'task is "x",\nthen empty'],
        ]
    write_skipped(tmp_path / "labels.csv", [])
    assert file.read_text().split() == ['"file","place","problem"']


def test_rows_that_were_left_out_keep_the_lines_of_the_others(tmp_path: Path) -> None:
    file = tmp_path / "votes.csv"
    file.write_text("task,score\n1,1\n,2\n3\n4,x\n5,5\n")
    with pytest.raises(BadInput, match="2 rows cannot be used"):
        read_table(file, "votes", ["task", "score"], needs={"task": (full_cells,), "score": ()})
    options = ReadOptions(skip_bad=True)
    table = read_table(file, "votes", ["task", "score"], options, needs={"task": (full_cells,)})
    assert table.texts("task") == ["1", "4", "5"]
    assert [row.position for row in options.skipped] == ["line 3", "line 4"]
    assert table.facts() == [
        "3 rows",
        "2 rows left out (line 3: task is empty; line 4: has 1 value, the header 2 columns)",
    ]
    with pytest.raises(BadInput, match="line 5: score 'x' is not a number"):
        table.numbers("score")


def test_a_file_without_a_good_row_is_refused_also_with_skip_bad(tmp_path: Path) -> None:
    file = tmp_path / "votes.csv"
    file.write_text("task,label\n,a\n,b\n")
    with pytest.raises(BadInput, match=r"line 2: task is empty; line 3: task is empty: 2 rows .*row$"):
        read_table(file, "votes", ["task"], ReadOptions(skip_bad=True), needs={"task": (full_cells,)})
