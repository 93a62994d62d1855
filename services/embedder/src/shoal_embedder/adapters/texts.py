"""Read the texts of tables and of files with one text per line."""

from dataclasses import dataclass, replace
from pathlib import Path

from shoal.files import checks
from shoal.files.errors import BadInput
from shoal.files.options import ReadOptions
from shoal.files.spelling import INVISIBLE
from shoal.files.tables import Table, open_table
from shoal_embedder.adapters.left_out import LeftOut

EMPTY = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """The texts of a file. rows: their rows in the table. left_out: rows without a text."""

    table: Table
    column: str
    texts: list[str]
    rows: list[int]
    left_out: list[LeftOut]


def read_texts(file: Path, column: str, options: ReadOptions) -> Texts:
    """Return the texts of a column, or of lines; a table's only column may have any name. Raises BadInput."""
    source = open_table(file, "texts", options)
    name = source.column_for(column)
    if not source.has(name):
        source.check_header_line([name])
        names = ", ".join(other or "one without a name" for other in source.format.names)
        raise BadInput(
            f"{source} has no column {name}; it has {names or 'none'}: name one of them", field="column"
        )
    needs = {name: (checks.full_cells, checks.plain_cells)}
    collecting = replace(source, options=replace(options, skip_bad=True, skipped=[]))
    table = collecting.read([name], needs=needs, columns={column: "--column"}, bad_rows="emptied")
    reasons = {row.position: row.reason for row in table.skipped}
    texts, rows, left_out = [], [], []
    for row, text in enumerate(table.texts(name)):
        if text.translate(INVISIBLE).strip():
            texts.append(text)
            rows.append(row)
        else:
            reason = reasons.get(table.where(row), EMPTY)
            reason = EMPTY if reason == f"{name} is empty" else reason
            left_out.append(LeftOut(file=file, position=table.where(row), problem=reason))
    return Texts(table=replace(table, skipped=()), column=name, texts=texts, rows=rows, left_out=left_out)
