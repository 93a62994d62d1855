"""One table, written in every form that the reader takes."""

import gzip
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet

from shoal.files.options import PLAIN, ReadOptions

Columns = Mapping[str, Sequence[str | int | float | bool | None]]


@dataclass(frozen=True, slots=True)
class Form:
    """A way to write a table. suffix: of the file's name."""

    name: str
    suffix: str
    write: Callable[[Columns], bytes]
    options: ReadOptions = PLAIN
    encoding: str = "utf-8"
    least_rows: int = 1

    def __str__(self) -> str:
        return self.name

    def holds(self, columns: Columns) -> bool:
        """Return whether the form can hold every row and text of a table."""
        if len(next(iter(columns.values()))) < self.least_rows:
            return False
        texts = [*columns, *(cell for cells in columns.values() for cell in cells if isinstance(cell, str))]
        try:
            "".join(texts).encode(self.encoding)
        except UnicodeEncodeError:
            return False
        return True

    def file(self, folder: Path, columns: Columns) -> Path:
        """Write a table and return its file."""
        file = folder / f"table{self.suffix}"
        file.write_bytes(self.write(columns))
        return file


def cell_text(cell: str | float | None) -> str:
    """Return the text of a cell, as JSON writes it."""
    if cell is None or isinstance(cell, str):
        return cell or ""
    return json.dumps(cell)


def csv_bytes(
    columns: Columns, separator: str = ",", end: str = "\n", *, quote_all: bool = False, codec: str = "utf-8"
) -> bytes:
    special = re.compile(f'[{separator}"\r\n]')
    rows = [
        list(columns),
        *([cell_text(cell) for cell in row] for row in zip(*columns.values(), strict=True)),
    ]
    quoted = [
        ['"' + cell.replace('"', '""') + '"' if quote_all or special.search(cell) else cell for cell in row]
        for row in rows
    ]
    return "".join(separator.join(row) + end for row in quoted).encode(codec)


def marked_csv(columns: Columns, codec: str, marks: str) -> bytes:
    """Return semicolon-separated text after byte order marks."""
    return marks.encode(codec) + csv_bytes(columns, ";", codec=codec)


def records_of(columns: Columns) -> list[dict[str, object]]:
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def json_lines(columns: Columns, *, end: str = "\n", ascii_only: bool = False) -> bytes:
    return end.join([*(json.dumps(row, ensure_ascii=ascii_only) for row in records_of(columns)), ""]).encode()


def json_array(columns: Columns) -> bytes:
    return json.dumps(records_of(columns), indent=1, ensure_ascii=False).encode()


def arrow_table(columns: Columns, text: pa.DataType) -> pa.Table:
    """Return a table whose texts have a type, in chunks of two rows."""
    arrays = {}
    for name, cells in columns.items():
        is_text = all(cell is None or isinstance(cell, str) for cell in cells)
        arrays[name] = pa.array(cells, pa.string() if is_text else None)
        if is_text:
            arrays[name] = arrays[name].cast(text)
    table = pa.table(arrays)
    return pa.concat_tables([table.slice(start, 2) for start in range(0, table.num_rows, 2)] or [table])


def parquet_bytes(columns: Columns, text: pa.DataType) -> bytes:
    sink = pa.BufferOutputStream()
    pyarrow.parquet.write_table(arrow_table(columns, text), sink, row_group_size=2)
    return sink.getvalue().to_pybytes()


def arrow_bytes(columns: Columns, new: Callable[..., pa.ipc.RecordBatchStreamWriter]) -> bytes:
    sink = pa.BufferOutputStream()
    table = arrow_table(columns, pa.string())
    with new(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def delimited_forms() -> list[Form]:
    """Return CSV by separator, line end, quoting and encoding."""
    separators = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
    plain = [
        Form(f"{name}, {shown}, {rule}", suffix, lambda t, s=s, e=e, q=q: csv_bytes(t, s, e, quote_all=q))
        for name, s in separators.items()
        for shown, e in (("LF", "\n"), ("CRLF", "\r\n"), ("CR", "\r"))
        for rule, q, suffix in (("quoted", True, ".csv"), ("as needed", False, ".tsv"))
    ]
    marked = [
        Form(f"CSV, {codec}, {len(marks)} marks", ".csv", lambda t, c=codec, m=marks: marked_csv(t, c, m))
        for codec in ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
        for marks in ("\ufeff", "\ufeff\ufeff")
    ]
    encoded = [
        Form(
            f"CSV, --encoding {codec}",
            ".csv",
            lambda t, c=codec: csv_bytes(t, codec=c),
            ReadOptions(encoding=codec),
            codec,
        )
        for codec in ("utf-16-le", "utf-16-be", "utf-32-le", "latin-1", "cp1252", "shift_jis")
    ]
    return [*plain, *marked, *encoded]


def forms() -> list[Form]:
    """Return every form: delimited, JSON, columnar; compressed, and under names of other forms."""
    plain = [
        *delimited_forms(),
        Form("JSON lines", ".jsonl", json_lines),
        Form("JSON lines, CRLF, escaped", ".ndjson", lambda t: json_lines(t, end="\r\n", ascii_only=True)),
        Form("JSON lines with mark", ".jsonl", lambda t: b"\xef\xbb\xbf" + json_lines(t)),
        Form("JSON lines in UTF-16", ".jsonl", lambda t: json_lines(t).decode().encode("utf-16")),
        Form("JSON lines under .json", ".json", json_lines, least_rows=2),
        Form("array", ".json", json_array),
        Form("array under .jsonl", ".jsonl", json_array),
        Form("Parquet", ".parquet", lambda t: parquet_bytes(t, pa.string())),
        Form("Parquet of large texts", ".parquet", lambda t: parquet_bytes(t, pa.large_string())),
        Form(
            "Parquet of categories under .csv",
            ".csv",
            lambda t: parquet_bytes(t, pa.dictionary(pa.int8(), pa.string())),
        ),
        Form("JSON lines under .csv", ".csv", json_lines),
        Form("array under .txt", ".txt", json_array),
        Form("comma, LF, quoted, under .jsonl", ".jsonl", lambda t: csv_bytes(t, quote_all=True)),
        Form("tab, CRLF, as needed, under .json", ".json", lambda t: csv_bytes(t, "\t", "\r\n")),
        Form("Arrow file", ".arrow", lambda t: arrow_bytes(t, pa.ipc.new_file)),
        Form("Arrow stream", ".arrow", lambda t: arrow_bytes(t, pa.ipc.new_stream)),
        Form("Arrow file under .jsonl", ".jsonl", lambda t: arrow_bytes(t, pa.ipc.new_file)),
    ]
    return plain + [
        Form(
            f"{form}, gzip",
            form.suffix + (".gz" if index % 2 else ""),  # gzip is recognized by its content
            lambda t, form=form: gzip.compress(form.write(t), 1),
            form.options,
            form.encoding,
            form.least_rows,
        )
        for index, form in enumerate(plain)
        if index % 3 == 0 or not form.name.startswith(("comma", "semicolon", "tab", "pipe"))
    ]
