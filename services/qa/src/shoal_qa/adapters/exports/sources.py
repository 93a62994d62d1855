"""A frozen dataset version as rows: its folder on this machine, or in object storage."""

import hashlib
from collections.abc import Iterator
from itertools import chain
from typing import Any

import orjson

from shoal.files.errors import BadInput
from shoal_qa.adapters.files.folders import named_errors, open_folder, storage_error
from shoal_qa.usecases.datasets.exports import Row, Version, find_schema
from shoal_qa.usecases.datasets.files import MANIFEST

_DATA = "data.jsonl"


class VersionSource:
    """The files of a version at an address of fsspec."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._files, self._root = open_folder(address)

    def open_version(self) -> tuple[Version, Iterator[Row]]:
        """Return the version and its rows, one in memory at a time. Raises BadInput for other folders.

        The rows end with BadInput if the file does not have the SHA-256 of the manifest.
        """
        manifest = self._manifest()
        rows = self._rows(manifest)
        first = next(rows, None)
        schema = find_schema(manifest, first)
        return Version(manifest=manifest, schema=schema, rows=manifest["rows"]), chain(
            [] if first is None else [first], rows
        )

    def _manifest(self) -> dict[str, Any]:
        path = f"{self._root}/{MANIFEST}"
        try:
            with named_errors(self._address):
                text = self._files.cat_file(path)
            manifest = dict(orjson.loads(text))
            missing = {"version", "rows", "classes", "splits", "files"} - manifest.keys()
        except (FileNotFoundError, NotADirectoryError):
            detail = f"{self._root}: no dataset version is there, for it has no {MANIFEST}"
            raise BadInput(f"{detail}; download one with `shoal qa download`") from None
        except ValueError as error:
            raise BadInput(f"{path}: {error}") from None
        if missing:
            raise BadInput(f"{path}: {', '.join(sorted(missing))} is missing")
        return manifest

    def _rows(self, manifest: dict[str, Any]) -> Iterator[Row]:
        path, digest = f"{self._root}/{_DATA}", hashlib.sha256()
        try:
            with named_errors(self._address):
                file = self._files.open(path, "rb")
        except FileNotFoundError:
            raise BadInput(f"{path} is missing; download the version again") from None
        with file:
            for number, line in enumerate(self._lines(file), 1):
                digest.update(line)
                try:
                    yield orjson.loads(line)
                except ValueError as error:
                    raise BadInput(f"{path}: line {number}: {error}") from None
        expected = {entry["path"]: entry["sha256"] for entry in manifest["files"]}.get(_DATA)
        if digest.hexdigest() != expected:
            detail = f"{path} does not have the SHA-256 of its manifest"
            raise BadInput(f"{detail}; download the version again")

    def _lines(self, file: Any) -> Iterator[bytes]:
        lines = iter(file)
        while True:
            try:
                line = next(lines, None)
            except Exception as error:
                raise storage_error(error, self._address) from error
            if line is None:
                return
            yield line
