"""The list of rows that a command left out, beside its output."""

from collections.abc import Iterable
from pathlib import Path

from shoal.files.faults import SkippedRow
from shoal.files.writing import write_table

NAME = "left-out.csv"


def skipped_file(output: Path) -> Path:
    """Return the file for an output: labels.left-out.csv beside labels.csv, left-out.csv in a folder."""
    return output.with_name(f"{output.stem}.{NAME}") if output.suffix else output / NAME


def write_skipped(output: Path, rows: Iterable[SkippedRow]) -> Path:
    """Write the rows that were left out, which may be none: file, place, problem. Returns the file."""
    listed = list(rows)
    file = skipped_file(output)
    write_table(
        file,
        {
            "file": [str(row.file) for row in listed],
            "place": [row.position for row in listed],
            "problem": [row.reason for row in listed],
        },
    )
    return file
