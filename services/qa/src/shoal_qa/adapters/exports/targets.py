"""The folder that an export is written to: on this machine, or in object storage through fsspec."""

import hashlib
import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import PurePosixPath
from typing import Any

import orjson
from fsspec.implementations.local import LocalFileOpener, LocalFileSystem

from shoal.files.errors import BadInput
from shoal_qa.adapters.exports.unfinished import Unfinished
from shoal_qa.adapters.files.folders import make_folder, named_errors, open_folder, write_error, write_errors

REPORT = "export.json"
_PART = 8 << 20  # bytes of an open file in memory; object storage takes 10,000 parts, so 80 GB a file
_MOST_WAITING = 256  # small files that are written at once: to object storage, all at the same time


class _Nowhere:
    """A file that keeps nothing."""

    def write(self, data: bytes) -> int:
        return len(data)

    def close(self) -> None:
        """Do nothing."""


class TargetFile(io.RawIOBase):
    """A file that is written once, from the start to its end. rows: set by its writer."""

    def __init__(self, name: str, file: Any, address: str) -> None:
        super().__init__()
        self.name = name
        self._address = address
        self.rows = 0
        self.size = 0
        self._file = file
        self._digest = hashlib.sha256()

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: Any) -> int:
        """Write bytes."""
        content = bytes(data)
        try:
            self._file.write(content)
        except Exception as error:
            raise write_error(error, self._address) from error
        self._digest.update(content)
        self.size += len(content)
        return len(content)

    def tell(self) -> int:
        """Return the number of bytes so far."""
        return self.size

    def close(self) -> None:
        """Complete the file."""
        if not self.closed:
            with write_errors(self._address):
                self._file.close()
        super().close()

    def abandon(self) -> None:
        """Forget what object storage holds of an open file, and what its writer still sends."""
        if not self.closed:
            file, self._file = self._file, _Nowhere()
            with suppress(Exception):  # a full disk refuses the end of a file too
                file.f.close() if isinstance(file, LocalFileOpener) else _discard_parts(file)

    def facts(self) -> dict[str, Any]:
        """Return path, sha256, bytes and rows."""
        return {"path": self.name, "sha256": self._digest.hexdigest(), "bytes": self.size, "rows": self.rows}


class Target:
    """A folder at an address of fsspec."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._files, self._root = open_folder(address)
        self._unfinished = Unfinished(self._files, self._root)
        self._folders: set[str] = set()
        self._opened: list[TargetFile] = []
        self._small: dict[str, list[int]] = {}  # folder -> number of files, bytes
        self._waiting: dict[str, bytes] = {}
        self._waiting_bytes = 0

    def check_empty(self, *, force: bool) -> None:
        """Raise BadInput, unless `force`, if the folder has files; with it, remove an earlier export.

        A reader would take what is left of it, such as further shards, for a part of the new one. So is what
        an export left that was interrupted.
        """
        with named_errors(self._address):
            names, is_file = self._list_names(), self._files.isfile(self._root)
        if is_file:
            raise BadInput(f"{self._root}: is a file; name a folder")
        if names and not force:
            detail = f"{self._root}: the folder is not empty"
            raise BadInput(f"{detail}; name another folder, or write into it with --force")
        if names:
            self._remove_former()

    def open(self, name: str) -> TargetFile:
        """Return a new file of the folder."""
        with write_errors(self._address):
            self._unfinished.add(name)
            opened = self._files.open(self._prepare(name), "wb", block_size=_PART)
        file = TargetFile(name, opened, self._address)
        self._opened.append(file)
        return file

    @contextmanager
    def abandoned_on_errors(self) -> Iterator[None]:
        """Complete no file of an export that fails or is interrupted."""
        try:
            yield
        except BaseException:
            for file in self._opened:
                file.abandon()
            raise

    def put(self, name: str, data: bytes) -> None:
        """Write a small file, such as the image of one row; files like it are counted together."""
        folder = name.rpartition("/")[0] + "/"
        with write_errors(self._address):
            self._unfinished.add(folder)
            self._waiting[self._prepare(name)] = data
        self._waiting_bytes += len(data)
        if len(self._waiting) >= _MOST_WAITING or self._waiting_bytes >= _PART:
            self._write_waiting()
        counts = self._small.setdefault(folder, [0, 0])
        counts[0] += 1
        counts[1] += len(data)

    def facts(self) -> list[dict[str, Any]]:
        """Return path, sha256, bytes and rows of each file, and number and bytes of small ones by folder."""
        small = [
            {"path": folder, "files": number, "bytes": size}
            for folder, (number, size) in sorted(self._small.items())
        ]
        return [*(file.facts() for file in sorted(self._opened, key=lambda file: file.name)), *small]

    def finish(self, report: Mapping[str, Any]) -> None:
        """Write export.json."""
        self._write_waiting()
        with write_errors(self._address):
            self._files.pipe_file(self._prepare(REPORT), orjson.dumps(report, option=orjson.OPT_INDENT_2))
            self._unfinished.remove()

    def report(self) -> dict[str, Any] | None:
        """Return the export.json of a complete export; None if there is none."""
        try:
            return dict(orjson.loads(self._files.cat_file(f"{self._root}/{REPORT}")))
        except FileNotFoundError:
            return None

    def _list_names(self) -> list[Any]:
        try:
            return list(self._files.ls(self._root, detail=False))
        except (FileNotFoundError, NotADirectoryError):
            return []

    def _remove_former(self) -> None:
        """Remove the files of an earlier export, its report first: from then on it is an unfinished one."""
        with named_errors(self._address):
            names = [name for name in (*self._reported_names(), *self._unfinished.read()) if _is_below(name)]
            self._unfinished.add(*names)
            for name in (REPORT, *names):
                with suppress(FileNotFoundError):
                    self._files.rm(f"{self._root}/{name.rstrip('/')}", recursive=name.endswith("/"))
            self._unfinished.remove()

    def _reported_names(self) -> list[str]:
        try:
            return [str(file["path"]) for file in (self.report() or {}).get("files", ())]
        except (ValueError, TypeError, KeyError):
            return []  # a report of something else

    def _write_waiting(self) -> None:
        with write_errors(self._address):
            if isinstance(self._files, LocalFileSystem):
                for path, data in self._waiting.items():  # fsspec takes twice the time
                    with open(path, "wb") as file:  # noqa: PTH123
                        file.write(data)
            elif self._waiting:
                self._files.pipe(self._waiting)
        self._waiting, self._waiting_bytes = {}, 0

    def _prepare(self, name: str) -> str:
        path = f"{self._root}/{name}"
        folder = path.rpartition("/")[0]
        if folder not in self._folders:
            make_folder(self._files, folder)
            self._folders.add(folder)
        return path


def _discard_parts(file: Any) -> None:
    file.discard()
    file.closed = True  # it would send its last part when it is collected


def _is_below(name: str) -> bool:
    """Return whether a name leads into its folder, and not out of it or to the folder itself."""
    parts = PurePosixPath(name).parts
    return bool(parts) and ".." not in parts and not name.startswith("/")
