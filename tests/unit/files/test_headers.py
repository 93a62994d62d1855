"""Headers that are not in the first line: titles, comments, and files that were joined."""

from pathlib import Path

import pytest

from shoal.files.errors import BadInput
from shoal.files.exports import VoteFields, open_votes
from shoal.files.options import ReadOptions
from shoal.files.tables import read_table

NAMES = ("task", "worker", "label")
ROWS = [("t1", "ann", "cat"), ("t1", "bob", "dog"), ("t2", "ann", "cat"), ("t2", "bob", "cat")]


def lines_of(separator: str = ",") -> str:
    return "".join(separator.join(cells) + "\n" for cells in (NAMES, *ROWS))


@pytest.mark.parametrize(
    ("title", "separator", "line"),
    [
        ("Votes of March\n", ",", 2),
        ("Votes of March,,\n,,\n", ",", 3),
        ("# exported by a tool\n# on Monday\n", ",", 3),
        ("Votes of March;;\n", ";", 2),
        ("Votes, all of them\n", ",", 2),
        ("Votes,of,March\n", ",", 2),
        ("\nVotes\n\n", ",", 4),
        ("a,a,a\n", ",", 2),
        ("Report\tMarch\n", "\t", 2),
    ],
)
def test_a_header_below_a_title_is_refused_with_its_line(
    tmp_path: Path, title: str, separator: str, line: int
) -> None:
    file = tmp_path / "votes.csv"
    file.write_text(title + lines_of(separator))
    expected = f"^votes {file}: line {line} looks like the header: remove the lines above it$"
    with pytest.raises(BadInput, match=expected):
        read_table(file, "votes", NAMES)
    with pytest.raises(BadInput, match=expected):
        open_votes(file, "votes", VoteFields())


def test_a_title_above_a_table_with_a_column_for_each_annotator_is_refused_with_the_headers_line(
    tmp_path: Path,
) -> None:
    file = tmp_path / "votes.csv"
    rows = "".join(f"t{task},cat,cat\n" for task in range(5))
    file.write_text("Votes of March\nitem,ann,bob\n" + rows)
    with pytest.raises(BadInput, match="line 2 looks like the header: remove the lines above it"):
        open_votes(file, "votes", VoteFields())


def test_row_names_of_r_are_not_taken_for_a_header(tmp_path: Path) -> None:
    file = tmp_path / "votes.csv"
    file.write_text("task,worker,label\n1,t1,ann,cat\n2,t1,bob,dog\n")
    with pytest.raises(BadInput, match="name the first column too, which R leaves without a name"):
        read_table(file, "votes", NAMES)


def test_a_header_that_is_repeated_is_a_row_that_cannot_be_used(tmp_path: Path) -> None:
    file = tmp_path / "votes.csv"
    file.write_text(lines_of() + lines_of())
    with pytest.raises(BadInput, match="line 6 is the header again: remove the line"):
        read_table(file, "votes", NAMES)
    table = read_table(file, "votes", NAMES, ReadOptions(skip_bad=True))
    assert table.coded("label").names == ["cat", "dog"]
    assert table.rows == 2 * len(ROWS)


def test_a_class_with_the_name_of_its_column_is_a_class(tmp_path: Path) -> None:
    file = tmp_path / "votes.csv"
    file.write_text(lines_of() + "t3,ann,label\n")
    assert read_table(file, "votes", NAMES).coded("label").names == ["cat", "dog", "label"]


def test_a_row_of_values_is_no_header_even_if_it_holds_a_name(tmp_path: Path) -> None:
    file = tmp_path / "p.csv"
    for rows in ("t1,cat,0.9\nt2,dog,0.8\n", "t1,cat,high\nt2,cat,low\n"):
        file.write_text("task,label,score\n" + rows)
        with pytest.raises(BadInput, match="has no column cat; it has task, label, score"):
            read_table(file, "predictions", ["cat"])


def test_the_rule_below_a_header_of_markdown_is_no_row(tmp_path: Path) -> None:
    file = tmp_path / "votes.md"
    rows = "".join("|" + "|".join(f" {cell} " for cell in cells) + "|\n" for cells in ROWS)
    file.write_text("| task | worker | label |\n|:--|---|--:|\n" + rows)
    with pytest.raises(
        BadInput, match=", line 2 is a rule below the header, as in Markdown: remove the line"
    ):
        read_table(file, "votes", NAMES)
    table = read_table(file, "votes", NAMES, ReadOptions(skip_bad=True))
    assert [table.coded(name).names for name in NAMES] == [["t1", "t2"], ["ann", "bob"], ["cat", "dog"]]
