"""Print results on stdout: a table for people, or JSON, JSON lines or CSV for programs."""

import csv
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.table import Table

from shoal.command_line.console import err, out


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
    """Print a result: `whole` as JSON, `rows` as JSON lines or CSV, or a table by calling `print_table`."""
    if form is Format.TABLE:
        print_table()
    elif form is Format.JSON:
        out.print_json(data=whole)
    elif form is Format.JSONL:
        sys.stdout.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    else:
        _print_csv(rows)


def print_rows(
    form: Format, rows: Sequence[Row], *, whole: Any = None, empty: str = "nothing to show"
) -> None:
    """Print rows with the same names in any form.

    whole: printed as JSON in place of the rows. empty: printed on stderr in place of a table without rows.
    """

    def print_table() -> None:
        if not rows:
            err.print(empty, markup=False)
            return
        table = Table()
        for name in rows[0]:
            table.add_column(name.replace("_", " "), overflow="fold")  # an id that is cut is of no use
        for row in rows:
            table.add_row(*(_shown_cell(value) for value in row.values()))
        out.print(table)

    print_result(form, list(rows) if whole is None else whole, rows, print_table)


def _shown_cell(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int) else "" if value is None else escape(str(value))


def _print_csv(rows: Sequence[Row]) -> None:
    """Print CSV; lists and objects in cells are JSON, null is an empty cell."""
    if not rows:
        return
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_csv_cell(row.get(name)) for name in names] for row in rows)


def _csv_cell(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, (list, dict, bool)) else value
