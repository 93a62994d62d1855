"""One result in four forms."""

import csv
import io
import json

import pytest

from shoal.command_line.printing import Format, print_rows

ROWS = [
    {"topic": "a, b", "count": 12345, "note": None, "more": {"x": [1]}},
    {"topic": "[red]é", "count": 0, "note": "n", "more": {}},
]


def printed(form: Format, capsys: pytest.CaptureFixture[str], whole: object = None) -> str:
    print_rows(form, ROWS, whole=whole)
    return capsys.readouterr().out


def test_json_lines_are_the_rows(capsys: pytest.CaptureFixture[str]) -> None:
    assert [json.loads(line) for line in printed(Format.JSONL, capsys).splitlines()] == ROWS


def test_json_is_the_whole_if_there_is_more_than_rows(capsys: pytest.CaptureFixture[str]) -> None:
    assert json.loads(printed(Format.JSON, capsys)) == ROWS
    assert json.loads(printed(Format.JSON, capsys, {"rows": 2})) == {"rows": 2}


def test_csv_has_empty_cells_for_null_and_json_for_objects(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(csv.DictReader(io.StringIO(printed(Format.CSV, capsys)))) == [
        {"topic": "a, b", "count": "12345", "note": "", "more": '{"x": [1]}'},
        {"topic": "[red]é", "count": "0", "note": "n", "more": "{}"},
    ]


def test_a_table_shows_text_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    table = printed(Format.TABLE, capsys)
    assert "12,345" in table
    assert "[red]é" in table
    assert "None" not in table


def test_no_rows_are_no_error(capsys: pytest.CaptureFixture[str]) -> None:
    for form in Format:
        print_rows(form, [])
    assert "[]" in capsys.readouterr().out
