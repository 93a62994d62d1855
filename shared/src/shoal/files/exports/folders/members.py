"""Exports of several files, one for each annotator: a folder, or a ZIP file."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO, Any
from zipfile import ZipFile

from shoal.files.errors import BadContent
from shoal.files.exports.fields import VoteFields
from shoal.files.exports.folders.member_tables import NO_DATA, TABLES, member_objects, read_tables
from shoal.files.exports.folders.streams import annotator_of, streams_of
from shoal.files.exports.records import Row
from shoal.files.exports.rows import few_names
from shoal.files.exports.tools.coco import coco_document, read_coco
from shoal.files.exports.tools.cvat import CvatDocument, read_cvat
from shoal.files.exports.tools.doccano import is_doccano, read_doccano
from shoal.files.forms.form import Format
from shoal.files.forms.json_values import KEEP_ONE, RepeatedField, parse_json
from shoal.files.options import PLAIN, ReadOptions

LINES = (".jsonl", ".ndjson")
FORMS = (
    "parts of one table or export, and tables with task and label, doccano's files, CVAT's XML for images and COCO "
    "files, one file for each annotator,"
)
ReadObjects = Callable[[Sequence[Row]], Format | None]


def no_objects(_rows: Sequence[Row]) -> Format | None:
    """Return None for any objects."""
    return None


def read_files(
    file: Path, fields: VoteFields, options: ReadOptions = PLAIN, *, read_objects: ReadObjects = no_objects
) -> Format:
    """Return the votes of CVAT's XML, or of all files of a folder or ZIP file.

    read_objects: returns the votes of a tool's objects, None for objects of no tool.
    """
    if file.suffix.lower() == ".xml" and file.is_file():
        with file.open("rb") as content:
            return read_cvat([(file.stem, CvatDocument(content))], fields)
    documents: list[tuple[str, CvatDocument]] = []
    coco: list[tuple[str, Mapping[str, Any]]] = []
    members: dict[str, list[Row]] = {}
    lines: list[str] = []
    others: list[str] = []
    for name, stream in streams_of(file):
        path = PurePosixPath(name)
        suffix = path.suffix.lower()
        if suffix == ".xml":
            documents.append((annotator_of(path, file), _cvat_document(stream, name)))
        elif suffix == ".json" and (document := _coco_member(stream, name)) is not None:
            coco.append((annotator_of(path, file), document))
        elif suffix in LINES:
            members.setdefault(path.stem, []).extend(_examples_of(stream, name))
            lines.append(name)
        elif not path.name.startswith("_"):  # as Spark marks a folder that is complete
            others.append(name)
    stray = _stray_notes([name for name in others if _may_hold_votes(name)])
    if coco and not documents and not members:
        return read_coco(coco, fields, notes=stray)
    if documents and not members and not coco:
        return read_cvat(documents, fields, notes=stray)
    examples = [record for rows in members.values() for _, record in rows]
    if examples and not documents and not coco and all(map(is_doccano, examples)):
        return read_doccano(members, fields)
    if not documents and not coco:
        with _member_paths(file, [*others, *lines]) as paths:
            votes = _votes_of_tables(paths, fields, options) or read_objects(member_objects(paths, options))
        if votes is not None:
            return votes
    names = few_names([*(name for name, _ in (*documents, *coco)), *lines, *others], 4) or "nothing"
    raise BadContent(f" cannot be read: it holds {names}; of folders and ZIP files {FORMS} are read")


@contextmanager
def _member_paths(file: Path, names: Sequence[str]) -> Iterator[dict[str, Path]]:
    """Yield the files of a folder, or of a ZIP file in a folder that is removed later; no subfolders."""
    if file.is_dir():
        yield {name: file / name for name in names if not name.endswith("/")}
        return
    with TemporaryDirectory() as folder, ZipFile(file) as archive:
        yield {name: Path(archive.extract(name, folder)) for name in names}


def _votes_of_tables(paths: Mapping[str, Path], fields: VoteFields, options: ReadOptions) -> Format | None:
    """Return the votes of tables; None if there is none, or if they are of another form."""
    tables = {
        name: path
        for name, path in paths.items()
        if Path(name.removesuffix(".gz")).suffix.lower() in TABLES and path.name not in NO_DATA
    }
    return read_tables(tables, fields, options) if tables else None


def _may_hold_votes(name: str) -> bool:
    path = PurePosixPath(name)
    return path.suffix.lower() in TABLES and path.name not in NO_DATA


def _stray_notes(names: Sequence[str]) -> list[str]:
    """Return a note about files of another form, whose votes are missing."""
    return [f"not read, because of another form: {few_names(names, 4)}"] if names else []


def _coco_member(stream: IO[bytes], name: str) -> Mapping[str, Any] | None:
    try:
        return coco_document(stream.read())
    except BadContent as error:
        raise BadContent(f": {name}{error}") from None


def _cvat_document(stream: IO[bytes], name: str) -> CvatDocument:
    try:
        return CvatDocument(stream)
    except BadContent as error:
        raise BadContent(f": {name}{error}") from None


def _examples_of(stream: IO[bytes], name: str) -> list[Row]:
    rows: list[Row] = []
    for number, line in enumerate(io.TextIOWrapper(stream, encoding="utf-8-sig", newline="\n"), start=1):
        if line.strip():
            try:
                record = parse_json(line)
            except RepeatedField as error:
                raise BadContent(f": {name}, {RepeatedField(error.name, number)}: {KEEP_ONE}") from None
            except ValueError:
                record = None
            if not isinstance(record, dict):
                raise BadContent(f": {name}, line {number} is not a JSON object")
            rows.append((f"{name}, line {number}", record))
    return rows
