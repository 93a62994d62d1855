"""Open a file of votes: a plain table, a tool's export, or a table with one column for each annotator."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shoal.files.columns import Coded, Column
from shoal.files.errors import BadContent, readable_file
from shoal.files.exports.fields import ANNOTATOR, LABEL, TASK, VoteFields
from shoal.files.exports.layouts.lists import Lists, lists_of, read_lists
from shoal.files.exports.layouts.objects import ObjectTable, rows_of_text
from shoal.files.exports.layouts.wide import WideVotes, wide_votes
from shoal.files.exports.records import Row
from shoal.files.exports.rows import AT, ITS_OWN_NAMES, ExportedVotes, few_names
from shoal.files.exports.tools.argilla import is_argilla, read_argilla
from shoal.files.exports.tools.coco import coco_document, read_coco
from shoal.files.exports.tools.crowds import is_mturk, is_toloka, read_mturk, read_toloka
from shoal.files.exports.tools.doccano import is_doccano, read_doccano
from shoal.files.exports.tools.label_studio import is_label_studio, read_label_studio
from shoal.files.exports.tools.label_studio_tables import is_label_studio_table, read_label_studio_table
from shoal.files.exports.tools.labelbox import is_labelbox, read_labelbox
from shoal.files.exports.tools.prodigy import is_prodigy, read_prodigy
from shoal.files.forms.form import Format
from shoal.files.forms.recognition import HEAD
from shoal.files.forms.records import Records
from shoal.files.options import PLAIN, ReadOptions
from shoal.files.tables import TableFile, open_table
from shoal.files.texts import open_text, read_content

TRIED = 20  # objects of a file, of which one must be of a tool's form
FORMS = (
    "objects with task, worker and label, Label Studio's JSON and JSON-MIN, Prodigy's and doccano's JSON lines, "
    "Argilla's records, Labelbox's NDJSON, COCO, and lists of annotators and labels"
)
_OBJECTS: Sequence[
    tuple[Callable[[Mapping[str, Any]], bool], Callable[[Sequence[Row], VoteFields], ExportedVotes]]
] = (
    (is_label_studio, read_label_studio),
    (is_prodigy, read_prodigy),
    (is_argilla, read_argilla),
    (is_labelbox, read_labelbox),
)
_JSON = {".json": "[", ".jsonl": "{", ".ndjson": "{"}  # what the content starts with


@dataclass(frozen=True, slots=True)
class VotesSource:
    """An open file of votes, and the names of its columns."""

    file: TableFile
    task: str
    annotator: str
    label: str

    def column(self, name: str) -> str:
        """Return the column of times or seconds that the user named, also by an export's own name."""
        return name if self.file.has(name) else ITS_OWN_NAMES.get(name, name)

    @property
    def order(self) -> str | None:
        """The column of times of an export, by which the last vote counts; None without one."""
        is_export = isinstance(self.file.format, ExportedVotes)
        return AT if is_export and self.file.has(AT) else None


def open_votes(file: Path, what: str, fields: VoteFields, options: ReadOptions = PLAIN) -> VotesSource:
    """Open votes, or with `fields.gold` right answers. what: the file's role in messages. Raises BadInput.

    An export is recognized by its content. A table with the columns task, worker and label, or with all
    columns that the user named, is read as it is.
    """
    with readable_file(what, file):
        source = _open_several(file, fields, options) or _open_one(file, what, fields, options)
    if isinstance(source, TableFile):
        return VotesSource(source, fields.task or TASK, fields.annotator or ANNOTATOR, fields.label or LABEL)
    return VotesSource(
        TableFile(what=what, file=file, format=source, options=options), TASK, ANNOTATOR, LABEL
    )


def _open_several(file: Path, fields: VoteFields, options: ReadOptions) -> Format | None:
    """Return the votes of a folder, a ZIP file or CVAT's XML."""
    if not (file.is_dir() or file.suffix.lower() in (".zip", ".xml")):
        return None
    from shoal.files.exports.folders.members import (
        read_files,  # loads zipfile and expat, which tables do not need
    )

    def read_objects(rows: Sequence[Row]) -> Format | None:
        return _export_of_objects(rows, file, fields) if rows else None

    return read_files(file, fields, options, read_objects=read_objects)


def _open_one(file: Path, what: str, fields: VoteFields, options: ReadOptions) -> Format | TableFile:
    suffix = Path(file.name.removesuffix(".gz")).suffix.lower()
    if suffix in _JSON and _first_character(file, options) in {"", *_JSON.values()} - {_JSON[suffix]}:
        with open_text(file, options) as text:
            content = text.read()
        if (document := coco_document(content.encode())) is not None:
            return read_coco([(Path(file.name.removesuffix(".gz")).stem, document)], fields)
        rows = rows_of_text(content, FORMS)
        export = _export_of_objects(rows, file, fields)
        return export or _plain_objects(
            TableFile(what=what, file=file, format=ObjectTable(rows), options=options), fields
        )
    table = open_table(file, what, options)
    if not all(map(table.has, fields.names())):
        table.check_header_line(fields.names())
    if fields.annotators:
        return _open_columns(table, fields) or _plain_table(table, fields)
    if set(table.format.names) >= {TASK, ANNOTATOR, LABEL} and not (
        fields.named or _has_lists(table, ANNOTATOR)
    ):
        return table
    nested = _objects_of(table)
    if nested is not None:
        export = _export_of_objects(nested, file, fields)
        if export is not None:
            return export
    return _open_columns(table, fields) or _plain_table(table, fields)


def _objects_of(table: TableFile) -> Sequence[Row] | None:
    """Return the rows as objects, None for a flat table."""
    rows: Sequence[Row] | None = getattr(table.format, "rows", None)
    return rows


def _has_lists(table: TableFile, name: str) -> bool:
    holds_lists = getattr(table.format, "holds_lists", None)
    return table.has(name) and holds_lists is not None and bool(holds_lists(name))


def _lists_in(rows: Sequence[Row], fields: VoteFields) -> Lists | None:
    """Return where the lists of votes are; None for objects without lists, and for right answers."""
    first = [record for _, record in rows[:TRIED]]
    if fields.gold or not any(
        isinstance(value, (list, dict)) for record in first for value in record.values()
    ):
        return None
    return lists_of([record for _, record in rows], fields)


def _plain_objects(table: TableFile, fields: VoteFields) -> TableFile:
    if not all(map(table.has, fields.names())):
        _refuse_objects(table.format.names)
    return table


def _first_character(file: Path, options: ReadOptions) -> str:
    return read_content(file, options).head(HEAD).lstrip()[:1]


def _export_of_objects(rows: Sequence[Row], file: Path, fields: VoteFields) -> Format | None:
    """Return the votes of a tool's export; None if the objects are of no such form."""
    first = [record for _, record in rows[:TRIED]]
    names = set().union(*first)
    people = fields.annotator or ANNOTATOR
    if (
        fields.named
        and names >= set(fields.names())
        and not any(isinstance(one.get(people), list) for one in first)
    ):
        return None
    for is_form, read_form in _OBJECTS:
        if any(map(is_form, first)):
            return read_form(rows, fields)
    if (lists := _lists_in(rows, fields)) is not None:
        return read_lists(rows, lists, fields)
    if first and all(map(is_doccano, first)) and ANNOTATOR not in names:
        return read_doccano({Path(file.name.removesuffix(".gz")).stem: rows}, fields)
    return None


def _open_columns(table: TableFile, fields: VoteFields) -> Format | None:
    """Return the votes of a flat export, or of a table with columns of annotators; None for a plain one."""
    names = list(table.format.names)
    if fields.annotators:
        return _wide_table(table, fields)
    if is_label_studio_table(names):
        return _label_studio_table(table, fields)
    if set(fields.names()) <= set(names):
        return None
    for is_form, read_form in ((is_mturk, read_mturk), (is_toloka, read_toloka)):
        if is_form(names):
            return read_form(_texts_of(table), table.format.where, fields)
    if fields.gold or fields.annotator or fields.label or {ANNOTATOR, LABEL} & set(names):
        return None
    return _wide_table(table, fields)


def _label_studio_table(table: TableFile, fields: VoteFields) -> ExportedVotes:
    if isinstance(table.format, Records):
        records = [record for _, record in table.format.rows]
        cells: dict[str, list[Any]] = {
            name: [record.get(name) for record in records] for name in table.format.names
        }
        return read_label_studio_table(cells, table.format.where, fields, "Label Studio JSON-MIN")
    form = "Label Studio TSV" if ".tsv" in table.file.suffixes else "Label Studio CSV"
    return read_label_studio_table(_texts_of(table), table.format.where, fields, form)


def _wide_table(table: TableFile, fields: VoteFields) -> WideVotes | None:
    columns = _coded_columns(table)
    coded: dict[str, Coded] = {name: column.coded() for name, column in columns.items()}
    return wide_votes(coded, table.format.where, fields)


def _coded_columns(table: TableFile) -> Mapping[str, Column]:
    names = list(table.format.names)
    return table.read(names).columns


def _texts_of(table: TableFile) -> dict[str, list[str]]:
    return {name: column.cells() for name, column in _coded_columns(table).items()}


def _plain_table(table: TableFile, fields: VoteFields) -> TableFile:
    """Return a plain table. Raises BadContent for objects that hold neither its columns nor a known form."""
    missing = [name for name in fields.names() if not table.has(name)]
    if (
        missing
        and (rows := _objects_of(table)) is not None
        and any(isinstance(value, (dict, list)) for _, record in rows[:TRIED] for value in record.values())
    ):
        _refuse_objects(table.format.names)
    return table


def _refuse_objects(names: Sequence[str]) -> None:
    raise BadContent(
        f" holds objects with {few_names(names) or 'no fields'}, which is no form of votes: {FORMS} are read; "
        "or name the columns with --task-column, --worker-column and --label-column"
    )
