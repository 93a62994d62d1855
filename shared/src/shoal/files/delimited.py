"""CSV and TSV: the standard library reads the header, pyarrow the columns, without a loop over rows."""

import csv
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv

from shoal.files.columns import Column, arrow_column
from shoal.files.errors import BadContent
from shoal.files.texts import open_text

TEXTS = pa.dictionary(pa.int32(), pa.string())
BLOCK = 1 << 22  # bytes that pyarrow parses at a time; a row must fit


class Delimited:
    """A file with a header.

    In a file of one column an empty line is an empty cell; elsewhere it is skipped.
    """

    def __init__(self, file: Path, delimiter: str) -> None:
        self._file, self._delimiter = file, delimiter
        header = next((record for record in self._records() if record[1]), None)
        if header is None:
            raise BadContent(" is empty: it needs a header and rows")
        self.names: Sequence[str] = header[1]

    def read(self, names: Sequence[str]) -> Mapping[str, Column]:
        """Return the named columns. Raises BadContent for a row with more or fewer values than the header."""
        try:
            table = self._table(names, BLOCK)
        except pa.ArrowInvalid as error:
            if "straddling" in str(error):  # a row longer than a block
                table = self._table(names, 1 << 30)
            else:
                self._check_widths()
                raise
        return {name: arrow_column(table[name]) for name in names}

    def where(self, row: int) -> str:
        """Return the line where a row starts. It reads the file again, so only messages use it."""
        for index, (line, _) in enumerate(self._rows()):
            if index == row:
                return f"line {line}"
        return f"row {row}"

    def _table(self, names: Sequence[str], block: int) -> Any:
        return pyarrow.csv.read_csv(
            pa.input_stream(str(self._file)),
            pyarrow.csv.ReadOptions(block_size=block),
            pyarrow.csv.ParseOptions(
                delimiter=self._delimiter,
                newlines_in_values=True,
                ignore_empty_lines=len(self.names) > 1,
            ),
            pyarrow.csv.ConvertOptions(
                column_types=dict.fromkeys(names, TEXTS),
                include_columns=list(names),
                strings_can_be_null=True,
                null_values=[""],
            ),
        )

    def _check_widths(self) -> None:
        for line, cells in self._rows():
            if len(cells) != len(self.names):
                values = "1 value" if len(cells) == 1 else f"{len(cells)} values"
                raise BadContent(f", line {line} has {values}, the header {len(self.names)} columns")

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the rows below the header in pyarrow's numbering."""
        records = self._records()
        next(cells for _, cells in records if cells)  # the header
        return ((line, cells or [""]) for line, cells in records if cells or len(self.names) == 1)

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Yield every record's first line, counted from 1, and its cells."""
        csv.field_size_limit(sys.maxsize)
        with open_text(self._file) as text:
            reader = csv.reader(text, delimiter=self._delimiter)
            line = 1
            for cells in reader:
                yield line, cells
                line = reader.line_num + 1
