"""The list of what an unfinished export has written, so that the next one can replace all of it."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
from fsspec.implementations.local import LocalFileSystem

from shoal_qa.adapters.files.folders import make_folder

NAME = ".export.unfinished"


class Unfinished:
    """A file that names files and folders, from before the first of them until the export is complete."""

    def __init__(self, files: Any, root: str) -> None:
        self._files = files
        self._root = root
        self._names: set[str] = set()

    def add(self, *names: str) -> None:
        """Name files and folders, which end with `/`, before they are there."""
        if not self._names.issuperset(names):
            self._names.update(names)
            self._write(orjson.dumps(sorted(self._names)))

    def read(self) -> list[str]:
        """Return the names that an earlier export left; none if it was complete."""
        try:
            names = orjson.loads(self._files.cat_file(f"{self._root}/{NAME}"))
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return []
        return [name for name in names if isinstance(name, str)] if isinstance(names, list) else []

    def remove(self) -> None:
        """Remove the file: nothing is unfinished."""
        self._names.clear()
        with suppress(FileNotFoundError):
            self._files.rm_file(f"{self._root}/{NAME}")

    def _write(self, data: bytes) -> None:
        make_folder(self._files, self._root)
        path = f"{self._root}/{NAME}"
        if isinstance(self._files, LocalFileSystem):  # objects appear complete, files do not
            part = Path(f"{path}.part")
            part.write_bytes(data)
            part.replace(path)
        else:
            self._files.pipe_file(path, data)
