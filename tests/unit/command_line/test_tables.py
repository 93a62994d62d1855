"""What commands print: tables that fit, and words in place of empty ones."""

import pytest
from typer.testing import CliRunner

from shoal.catalog.cli import app
from shoal.command_line.printing import Format, print_rows
from shoal.contracts.topics import TOPICS


def test_a_table_without_rows_is_words_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    print_rows(Format.TABLE, [], empty="no campaign yet")
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "no campaign yet\n")
    print_rows(Format.JSON, [], empty="no campaign yet")
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("[]\n", "")


def test_names_of_topics_are_whole_in_the_table_of_a_window() -> None:
    result = CliRunner().invoke(app, ["list"], env={"COLUMNS": "120"})
    assert [name for name in TOPICS if name not in result.output] == []
    whole = CliRunner().invoke(app, ["list", "--format", "csv"])
    assert "shoal.sample.ingested.v1" in whole.output
