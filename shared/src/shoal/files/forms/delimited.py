"""CSV and TSV: the standard library reads the header, pyarrow the columns, without a loop over rows."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv

from shoal.files.columns import EMPTY, Column, arrow_column
from shoal.files.encodings import has_raw_bytes
from shoal.files.errors import BadContent
from shoal.files.faults import Faults
from shoal.files.forms.delimited_rows import DelimitedRows
from shoal.files.forms.separators import SEPARATORS, excel_line, read_records, recognize_separator
from shoal.files.texts import Content

TEXTS = pa.dictionary(pa.int32(), pa.string())
BLOCK = 1 << 22  # bytes that pyarrow parses at a time; a row must fit
LARGEST_BLOCK = 1 << 30
SAMPLE = 1 << 18  # bytes that show the separator
BLANKS = " \t\r\n\v\f\u00a0\u200b\u200c\u200d\u2060\ufeff"  # around the names of columns


class Delimited:
    """A file with a header; its content determines the separator.

    In a file of one column an empty line is an empty cell, except at the end; elsewhere it is skipped. Python
    reads the rows instead of pyarrow if some cannot be used.
    """

    def __init__(self, content: Content, usual: str) -> None:
        head = _head_of(content)
        separator, skip = excel_line(head)
        whole = len(head.encode("utf-8", "surrogateescape")) >= len(content.data)
        self._separator = separator or recognize_separator(head[skip:], whole=whole, usual=usual)
        blank, header = _header_of(head[skip:], self._separator)
        if header is None:
            raise BadContent(" is empty: it needs a header and rows")
        if any(map(has_raw_bytes, header)):
            content.check_decoded()
        self._raw = header
        self._first_line = blank + (1 if skip else 0)
        self.encoding = content.encoding
        self.names: Sequence[str] = [name.strip(BLANKS) for name in header]
        self.faults: Faults = {}
        self.notes = list(content.notes)
        if self._separator != usual:
            self.notes.append(f"separator {SEPARATORS.get(self._separator, repr(self._separator))}")
        self._content = content
        self._rows = DelimitedRows(content, self._separator, self._raw, skip_lines=1 if skip else 0)

    def read(self, names: Sequence[str]) -> Mapping[str, Column]:
        """Return the named columns; rows that cannot be used are empty, and `faults` says why."""
        self._rows.check_escapes()
        table = self._arrow_table(names)
        if table is None or self._hides_rows(table.num_rows):
            self.faults = self._rows.faults()
            return self._rows.columns([self.names.index(name) for name in names], names)
        columns = {name: arrow_column(table[self._raw[self.names.index(name)]]) for name in names}
        return self._without_last_lines(columns) if len(self.names) == 1 else columns

    def where(self, row: int) -> str:
        """Return the line where a row starts. It reads the file again, so only messages use it."""
        return self._rows.where(row)

    def header_line(self, names: Sequence[str]) -> int | None:
        """Return the line among the first rows that holds some names, None if the header is the first."""
        return self._rows.line_of(names)

    def looks_like_data(self) -> bool:
        """Return whether the header is rather a row: it has a number or nothing, or a row repeats a cell."""
        rows = self._rows.first_rows()
        return any(
            _is_number(name) or any(len(row) > index and row[index].strip() == name for row in rows)
            for index, name in enumerate(self.names)
        )

    def _arrow_table(self, names: Sequence[str]) -> Any:
        """Return pyarrow's table, or None for a file with rows that it cannot read."""
        raw = [self._raw[self.names.index(name)] for name in names]
        for block in (BLOCK, LARGEST_BLOCK):
            try:
                return self._parsed(raw, block)
            except pa.ArrowInvalid as error:
                if "straddling" not in str(error):  # a row longer than a block
                    return None
            except KeyError:  # pyarrow reads the header otherwise
                return None
        return None

    def _parsed(self, raw: Sequence[str], block: int) -> Any:
        return pyarrow.csv.read_csv(
            pa.BufferReader(pa.py_buffer(self._content.data)),
            pyarrow.csv.ReadOptions(block_size=block, skip_rows=self._first_line),
            pyarrow.csv.ParseOptions(
                delimiter=self._separator,
                newlines_in_values=True,
                ignore_empty_lines=len(self.names) > 1,
            ),
            pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(raw, TEXTS),
                include_columns=list(raw),
                strings_can_be_null=True,
                null_values=[""],
            ),
        )

    def _hides_rows(self, rows: int) -> bool:
        """Return whether a wrong quote may have joined rows: cells have line ends, and a quote is wrong."""
        return self._content.count_lines() > rows + 1 and self._rows.has_wrong_quotes()

    def _without_last_lines(self, columns: Mapping[str, Column]) -> Mapping[str, Column]:
        column = next(iter(columns.values()))
        if not len(column.code) or column.code[-1] != EMPTY:
            return columns
        rows = np.arange(self._rows.count())
        return {name: column.rows(rows) for name, column in columns.items()}


def _head_of(content: Content) -> str:
    """Return the text of the first records, at least two if the file has them."""
    size = SAMPLE
    head = content.head(size)
    while size < len(content.data) and not _has_two_records(head):
        size *= 8
        head = content.head(size)
    return head


def _has_two_records(head: str) -> bool:
    """Return whether the header and the first row are complete, whatever the separator is."""
    return len(list(islice(filter(None, read_records(head, ",")), 3))) > 2


def _header_of(head: str, separator: str) -> tuple[int, list[str] | None]:
    """Return the number of blank lines before the header, and its cells."""
    for index, record in enumerate(read_records(head, separator)):
        if record:
            return index, record
    return 0, None


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return not text
    return True
