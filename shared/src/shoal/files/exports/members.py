"""Exports of several files, one for each annotator: a folder, or a ZIP file."""

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO
from zipfile import BadZipFile, ZipFile

import orjson

from shoal.files.errors import BadContent
from shoal.files.exports.cvat import CvatDocument, read_cvat
from shoal.files.exports.doccano import is_doccano, read_doccano
from shoal.files.exports.fields import VoteFields
from shoal.files.exports.member_tables import NO_DATA, TABLES, member_objects, read_tables
from shoal.files.exports.records import Row
from shoal.files.exports.rows import few_names
from shoal.files.forms.form import Format
from shoal.files.options import PLAIN, ReadOptions

LINES = (".jsonl", ".ndjson")
FORMS = (
    "parts of one table or export, and tables with task and label, doccano's files and CVAT's XML for images, one "
    "file for each annotator,"
)
ReadObjects = Callable[[Sequence[Row]], Format | None]
LARGEST = 4 << 30  # bytes of an unpacked file


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
    members: dict[str, list[Row]] = {}
    lines: list[str] = []
    others: list[str] = []
    for name, stream in _streams_of(file):
        path = PurePosixPath(name)
        if path.suffix.lower() == ".xml":
            documents.append((_annotator_of(path, file), CvatDocument(stream)))
        elif path.suffix.lower() in LINES:
            members.setdefault(path.stem, []).extend(_examples_of(stream, name))
            lines.append(name)
        elif not path.name.startswith("_"):  # as Spark marks a folder that is complete
            others.append(name)
    if documents and not members:
        return read_cvat(documents, fields)
    examples = [record for rows in members.values() for _, record in rows]
    if examples and not documents and all(map(is_doccano, examples)):
        return read_doccano(members, fields)
    if not documents:
        with _member_paths(file, [*others, *lines]) as paths:
            votes = _votes_of_tables(paths, fields, options) or read_objects(member_objects(paths, options))
        if votes is not None:
            return votes
    names = few_names([*(name for name, _ in documents), *lines, *others], 4) or "nothing"
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


def _streams_of(file: Path) -> Iterator[tuple[str, IO[bytes]]]:
    if file.is_dir():
        for path in sorted(file.iterdir()):
            if path.is_file() and not path.name.startswith("."):
                with path.open("rb") as content:
                    yield path.name, content
            elif path.is_dir() and not path.name.startswith("."):
                yield f"{path.name}/", io.BytesIO()
        return
    try:
        with ZipFile(file) as archive:
            for member in sorted(archive.infolist(), key=lambda one: one.filename):
                hidden = member.filename.startswith("__MACOSX") or PurePosixPath(
                    member.filename
                ).name.startswith(".")
                if not member.is_dir() and not hidden:
                    if member.file_size > LARGEST:
                        raise BadContent(f": {member.filename} is too large: unpack it, and give the folder")
                    with archive.open(member) as stream:
                        yield member.filename, stream
    except (BadZipFile, RuntimeError, NotImplementedError) as error:
        raise BadContent(f" is no ZIP file that can be read: {error}") from None


def _annotator_of(path: PurePosixPath, file: Path) -> str:
    """Return the name that stands for the annotator; CVAT's file is always called annotations.xml."""
    if path.name == "annotations.xml":
        return path.parent.name or file.stem
    return path.stem


def _examples_of(stream: IO[bytes], name: str) -> list[Row]:
    rows: list[Row] = []
    for number, line in enumerate(io.TextIOWrapper(stream, encoding="utf-8-sig", newline="\n"), start=1):
        if line.strip():
            try:
                record = orjson.loads(line)
            except orjson.JSONDecodeError:
                record = None
            if not isinstance(record, dict):
                raise BadContent(f": {name}, line {number} is not a JSON object")
            rows.append((f"{name}, line {number}", record))
    return rows
