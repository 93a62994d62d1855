"""CSV: separators, rows that cannot be used, and their lines."""

import pytest

from shoal.files.errors import BadContent
from shoal.files.forms import delimited
from shoal.files.forms.delimited import Delimited
from shoal.files.texts import Content

WIDE = "text;label\n" + "".join(f'"a, b {row}";x\n' for row in range(30))


def csv_of(text: str, usual: str = ",") -> Delimited:
    return Delimited(Content(memoryview(text.encode())), usual)


def cells_of(table: Delimited) -> list[list[str]]:
    return [column.cells() for column in table.read(table.names).values()]


@pytest.mark.parametrize(
    ("text", "names", "notes"),
    [
        ("a,b\n1,2\n", ["a", "b"], []),
        ("a;b\n1,5;2\n", ["a", "b"], ["separator semicolon"]),
        ("a\tb\n1, 2\t3, 4\n", ["a", "b"], ["separator tab"]),
        ("a|b\n1|2\n", ["a", "b"], ["separator pipe"]),
        ("sep=;\na;b,c\n1;2\n", ["a", "b,c"], ["separator semicolon"]),
        ('"a;b",c\n1,2\n', ["a;b", "c"], []),
        ("a,b;c\n1,2;3\n4,5;6,7\n", ["a,b", "c"], ["separator semicolon"]),
        (" a , b\u00a0\n1,2\n", ["a", "b"], []),
        ("text\na;b\n", ["text"], []),
        (WIDE, ["text", "label"], ["separator semicolon"]),
    ],
)
def test_the_records_show_the_separator(text: str, names: list[str], notes: list[str]) -> None:
    table = csv_of(text)
    assert table.names == names
    assert table.notes == notes


def test_two_separators_that_fit_are_refused() -> None:
    with pytest.raises(BadContent, match="may have the separator comma or semicolon"):
        csv_of("a,b;c\n1,2;3\n")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_rows_that_cannot_be_used_are_empty_and_spoil_no_other(end: str) -> None:
    lines = ["a,b", "1,2", '"open,4', "5,6,7", "", '"x', 'y",8', '9"9,"10"']
    table = csv_of(end.join(lines) + end)
    assert cells_of(table) == [["1", "", "", f"x{end}y", '9"9'], ["2", "", "", "8", "10"]]
    assert {table.where(row): fault.detail for row, fault in table.faults.items()} == {
        "line 3": ": a double quote opens a cell and does not close it before the next separator",
        "line 4": " has 3 values, the header 2 columns",
    }
    assert [table.where(row) for row in (4, 3, 0)] == ["line 8", "line 6", "line 2"]


def test_a_quote_that_would_join_rows_silently_is_a_fault() -> None:
    table = csv_of('a,b\n1,"2\n3,4\n5,6"x\n7,8\n')
    assert cells_of(table)[0] == ["", "3", "5", "7"]
    assert list(table.faults) == [0]


def test_a_quote_after_a_backslash_is_refused_unless_it_ends_the_cell() -> None:
    for cell in (r'"5\" disk"', r'"\"cat\""', r'"say \"cat\", ok"'):
        with pytest.raises(BadContent, match=r"^, line 3: a backslash escapes a double quote"):
            csv_of(f"a,b\n1,x\n2,{cell}\n").read(["b"])
    table = csv_of('a,b\n"C:\\",5\\" disk\n"D:\\","C:\\"')
    assert cells_of(table) == [["C:\\", "D:\\"], ['5\\" disk', "C:\\"]]


def test_empty_cells_of_one_column_are_kept_except_blank_lines_at_the_end() -> None:
    assert cells_of(csv_of("a\n1\n\n2\n\n\n")) == [["1", "", "2"]]
    assert cells_of(csv_of('a\n1\n\n""\n')) == [["1", "", ""]]
    assert cells_of(csv_of("a,b\n\n1,2\n\n")) == [["1"], ["2"]]


def test_a_header_that_looks_like_data_is_noticed() -> None:
    assert csv_of("cat\ndog\ncat\n").looks_like_data()
    assert csv_of("3.5,x\n1,y\n").looks_like_data()
    assert not csv_of("label\ncat\ncat\n").looks_like_data()


def test_a_record_longer_than_the_sample_shows_the_separator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "SAMPLE", 16)
    text = "a;b\n" + '"' + "long, text\n" * 20 + '";2\n3;4\n'
    assert cells_of(csv_of(text)) == [["long, text\n" * 20, "3"], ["2", "4"]]
