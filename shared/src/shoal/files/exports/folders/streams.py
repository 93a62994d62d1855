"""The files of a folder or a ZIP file, and whose votes they hold."""

import io
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO
from zipfile import BadZipFile, ZipFile, ZipInfo

from shoal.files.errors import BadContent

LARGEST = 4 << 30  # bytes of an unpacked file
DOCUMENTS = (".xml", ".json")  # read from subfolders, such as ann/annotations/instances_default.json
_USUAL_NAMES = ("annotations", "_annotations.coco", "result", "coco")
_USUAL_START = "instances_"  # instances_default.json, instances_train.json
_USUAL_FOLDERS = ("annotations", "images", "train", "default")


def streams_of(file: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield the name and content of each file, also of exports in ZIP files and subfolders of a folder.

    Another subfolder has no content, and a name that ends with "/". Raises BadContent.
    """
    if not file.is_dir():
        yield from _archive_streams(file, "")
        return
    for path in sorted(file.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _folder_streams(path)
        elif path.suffix.lower() == ".zip":
            yield from _archive_streams(path, f"{path.stem}/")
        else:
            with path.open("rb") as content:
                yield path.name, content


def annotator_of(path: PurePosixPath, file: Path) -> str:
    """Return the name that stands for the annotator: the file's; if a tool always uses it, the folder's."""
    if path.stem not in _USUAL_NAMES and not path.stem.startswith(_USUAL_START):
        return path.stem
    folders = [name for name in path.parts[:-1] if name not in _USUAL_FOLDERS]
    return folders[-1] if folders else file.stem


def _folder_streams(folder: Path) -> Iterator[tuple[str, IO[bytes]]]:
    documents = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in DOCUMENTS]
    if not documents:
        yield f"{folder.name}/", io.BytesIO()
    for path in documents:
        with path.open("rb") as content:
            yield path.relative_to(folder.parent).as_posix(), content


def _archive_streams(file: Path, start: str) -> Iterator[tuple[str, IO[bytes]]]:
    """Yield the members of a ZIP file. start: of their names."""
    try:
        with ZipFile(file) as archive:
            for member in sorted(archive.infolist(), key=lambda one: one.filename):
                if not member.is_dir() and not _is_hidden(member):
                    if member.file_size > LARGEST:
                        raise BadContent(f": {member.filename} is too large: unpack it, and give the folder")
                    with archive.open(member) as stream:
                        yield f"{start}{member.filename}", stream
    except (BadZipFile, RuntimeError, NotImplementedError) as error:
        where = f": {file.name}" if start else ""
        raise BadContent(f"{where} is no ZIP file that can be read: {error}") from None


def _is_hidden(member: ZipInfo) -> bool:
    name = PurePosixPath(member.filename).name
    return member.filename.startswith("__MACOSX") or name.startswith(".")
