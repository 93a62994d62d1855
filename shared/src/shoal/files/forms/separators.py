"""Recognition of a CSV file's separator by its first records."""

import csv
import io
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from shoal.files.errors import BadContent

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
_RECORDS = 200  # records that decide
_EXCEL = re.compile(r'"?sep=(?P<separator>[^"\r\n])"?[ \t]*(?:\r\n|\r|\n)', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fit:
    """How records look with a separator. width: columns of the header. fitting: share of rows as wide."""

    separator: str
    width: int
    fitting: float
    clean: bool


def excel_line(text: str) -> tuple[str | None, int]:
    """Return the separator of Excel's first line `sep=;` and its length; (None, 0) without one."""
    match = _EXCEL.match(text)
    return (match["separator"], match.end()) if match else (None, 0)


def recognize_separator(text: str, *, whole: bool, usual: str) -> str:
    """Return the separator of a file's first records. Raises BadContent if several fit.

    whole: whether `text` is the whole file, else its last record is ignored. usual: the separator of a file
    with one column, and of a file whose name asks for it where several fit.
    """
    dividing = [name for name in SEPARATORS if len(_first_record(text, name)) > 1]
    if len(dividing) < 2:
        return dividing[0] if dividing else usual
    fits = [_fit_of(text, name, whole) for name in dividing]
    best = max((fit.clean, fit.fitting) for fit in fits)
    candidates = [fit.separator for fit in fits if (fit.clean, fit.fitting) == best]
    if len(candidates) > 1 and "\t" in candidates:  # hardly any text holds tabs
        return "\t"
    if len(candidates) > 1:
        names = " or ".join(SEPARATORS[name] for name in candidates)
        raise BadContent(f" may have the separator {names}: write the names of its header in double quotes")
    return candidates[0]


def read_records(text: str, separator: str, *, strict: bool = False) -> Iterator[list[str]]:
    """Yield the records, blank lines as []. Raises csv.Error for wrong quotes if strict."""
    csv.field_size_limit(sys.maxsize)
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=strict)


def _first_record(text: str, separator: str) -> list[str]:
    return next(filter(None, read_records(text, separator)), [])


def _fit_of(text: str, separator: str, whole: bool) -> Fit:
    records, clean = _first_records(text, separator)
    if not whole and len(records) > 1:
        records.pop()
    records = [record for record in records if record][:_RECORDS]
    if not records:
        return Fit(separator, 0, 0, clean)
    width = len(records[0])
    rows = [len(record) for record in records[1:]]
    return Fit(separator, width, sum(row == width for row in rows) / len(rows) if rows else 1.0, clean)


def _first_records(text: str, separator: str) -> tuple[list[list[str]], bool]:
    try:
        return list(read_records(text, separator, strict=True)), True
    except csv.Error:
        return list(read_records(text, separator)), False
