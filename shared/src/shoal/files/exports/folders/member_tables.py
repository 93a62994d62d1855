"""Tables in a folder or a ZIP file: parts of one table, or one table for each annotator.

doccano's CSV has the columns id, text or data, and label; several labels are joined by "#".
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from shoal.files.columns import column_of
from shoal.files.errors import BadContent, BadInput
from shoal.files.exports.fields import ANNOTATOR, LABEL, TASK, VoteFields
from shoal.files.exports.layouts.objects import rows_of_text
from shoal.files.exports.layouts.wide import wide_votes
from shoal.files.exports.layouts.wide_columns import ANSWERS
from shoal.files.exports.records import Row
from shoal.files.exports.rows import ExportedVotes, VoteRows, few_names
from shoal.files.exports.tools.doccano import is_doccano, read_doccano
from shoal.files.forms.form import Format
from shoal.files.forms.json_values import cell_texts
from shoal.files.options import ReadOptions
from shoal.files.tables import open_table
from shoal.files.texts import open_text
from shoal.wording import format_count

NO_DATA = ("dataset_info.json", "state.json", "dataset_dict.json")  # of the library datasets
TABLES = (".csv", ".tsv", ".json", ".parquet")
_TEXTS = ("text", "data", "filename")


def read_tables(members: Mapping[str, Path], fields: VoteFields, options: ReadOptions) -> Format | None:
    """Return the votes of several tables, None for tables of no such form. members: files by name."""
    _refuse_right_answers(members)
    tables = {name: _rows_of(file, name, options) for name, file in members.items()}
    columns = [set(rows[0][1]) if rows else set() for rows in tables.values()]
    task, label = fields.task or TASK, fields.label or LABEL
    if all(set(fields.names()) <= names for names in columns):
        return _joined_parts(tables, fields)
    person = fields.annotator or ANNOTATOR
    if all({task, label} <= names and person not in names for names in columns):
        return _tables_of_people(tables, task, label)
    if all({"id", LABEL} <= names and not names.isdisjoint(_TEXTS) for names in columns):
        examples = {
            Path(name).stem: [(where, _as_example(record)) for where, record in rows]
            for name, rows in tables.items()
        }
        if all(is_doccano(record) for rows in examples.values() for _, record in rows):
            return read_doccano(examples, fields)
    if all(names == columns[0] for names in columns) and not (
        fields.gold or fields.annotator or fields.label
    ):
        return _wide_parts([row for rows in tables.values() for row in rows], fields)
    return None


def member_objects(members: Mapping[str, Path], options: ReadOptions) -> list[Row]:
    """Return the objects of Parquet and Arrow files, if there are none, of JSON files. Raises BadContent."""
    suffixes = {name: Path(name.removesuffix(".gz")).suffix.lower() for name in members}
    columnar = {name: path for name, path in members.items() if suffixes[name] in (".parquet", ".arrow")}
    if columnar:
        return [row for name, path in columnar.items() for row in _rows_of(path, name, options)]
    rows: list[Row] = []
    for name, path in members.items():
        if suffixes[name] in ("", ".json", ".jsonl", ".ndjson") and path.name not in NO_DATA:
            with open_text(path, options) as text:
                content = text.read()
            if content.lstrip()[:1] in ("[", "{"):
                rows += [(f"{name}, {where}", record) for where, record in rows_of_text(content, "objects")]
    return rows


def _refuse_right_answers(members: Mapping[str, Path]) -> None:
    gold = [name for name in members if Path(name).stem.lower() in ANSWERS]
    if gold and len(members) > 1:
        raise BadContent(
            f": {gold[0]} is named like right answers, which are no votes: move it, and give it with --gold"
        )


def _wide_parts(rows: Sequence[Row], fields: VoteFields) -> Format | None:
    """Return the votes of parts of a table with a column for each annotator, None for other tables."""
    if any(isinstance(value, (list, dict)) for _, record in rows for value in record.values()):
        return None
    names = list(rows[0][1]) if rows else []
    columns = {name: column_of(_cell_text(record.get(name)) for _, record in rows).coded() for name in names}
    return wide_votes(columns, lambda row: rows[row][0], fields)


def _rows_of(file: Path, name: str, options: ReadOptions) -> list[Row]:
    """Return the rows of a table as objects of texts, or of lists."""
    try:
        source = open_table(file, "", options)
        nested = getattr(source.format, "rows", None)
        if nested is not None:
            return [(f"{name}, {where}", record) for where, record in nested]
        names = list(source.format.names)
        table = source.read(names)
    except BadInput as error:
        raise BadContent(f": {str(error).strip().replace(str(file), name)}") from None
    cells = [table.texts(column) for column in names]
    return [
        (f"{name}, {table.where(row)}", dict(zip(names, values, strict=True)))
        for row, values in enumerate(zip(*cells, strict=True))
    ]


def _joined_parts(tables: Mapping[str, Sequence[Row]], fields: VoteFields) -> ExportedVotes:
    task, label, *annotator = fields.names()
    votes = VoteRows(form=_count_tables(tables), notes=[f"parts: {few_names(list(tables), 4)}"])
    for rows in tables.values():
        for where, record in rows:
            person = _cell_text(record[annotator[0]]) if annotator else ""
            _add_row(votes, where, (_cell_text(record[task]), person, _cell_text(record[label])))
    return _counted_votes(votes)


def _tables_of_people(tables: Mapping[str, Sequence[Row]], task: str, label: str) -> ExportedVotes:
    votes = VoteRows(form=_count_tables(tables), notes=["annotator from the files' names"])
    for name, rows in tables.items():
        for where, record in rows:
            _add_row(votes, where, (_cell_text(record[task]), Path(name).stem, _cell_text(record[label])))
    return _counted_votes(votes)


def _add_row(votes: VoteRows, where: str, cells: tuple[str, str, str]) -> None:
    votes.annotations += 1
    task, annotator, label = cells
    if label:
        votes.add(task, annotator, label, where=where)
    else:
        votes.leave_out("without a label")


def _cell_text(value: object) -> str:
    return cell_texts([value])[0] or ""


def _count_tables(tables: Mapping[str, object]) -> str:
    return format_count(len(tables), "table")


def _counted_votes(votes: VoteRows) -> ExportedVotes:
    votes.tasks = len(set(votes.columns[TASK]))
    return votes.votes()


def _as_example(record: Mapping[str, object]) -> dict[str, object]:
    """Return an example as doccano's JSON lines have it; a name such as C# is no list of labels."""
    label = record[LABEL]
    if not isinstance(label, str):
        return dict(record)
    parts = [part.strip() for part in label.split("#")]
    labels = parts if all(parts) else [label]
    return {**record, LABEL: labels if label else []}
