"""What a command prints on stdout: a table for people, or JSON, JSON lines or CSV for programs."""

import csv
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.table import Table

from shoal.command_line.console import out


class Format(StrEnum):
    """The forms of printed output."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"


FormatOption = Annotated[
    Format, typer.Option("--format", help="Form of the printed result: table, json, jsonl or csv.")
]
Row = Mapping[str, Any]


def print_result(form: Format, whole: Any, rows: Sequence[Row], print_table: Callable[[], None]) -> None:
    """Print a result: `whole` as JSON, `rows` as JSON lines or CSV, and what `print_table` prints as a table."""
    if form is Format.TABLE:
        print_table()
    elif form is Format.JSON:
        out.print_json(data=whole)
    elif form is Format.JSONL:
        sys.stdout.writelines(json.dumps(row) + "\n" for row in rows)
    else:
        _print_csv(rows)


def print_rows(form: Format, rows: Sequence[Row], columns: Sequence[str]) -> None:
    """Print rows; a table and CSV show `columns`, JSON all there is."""

    def print_table() -> None:
        table = Table(*columns)
        for row in rows:
            table.add_row(*(str(row.get(column, "")) for column in columns))
        out.print(table)

    if form is Format.CSV:
        rows = [{column: row.get(column) for column in columns} for row in rows]
    print_result(form, list(rows), rows, print_table)


def _print_csv(rows: Sequence[Row]) -> None:
    """Print CSV; a list or an object in a cell is JSON, null an empty cell."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_cell(row.get(name)) for name in names] for row in rows)


def _cell(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, (list, dict, bool)) else value
