"""Exports in the storage of datasets, below the folder of their version."""

import asyncio
from typing import Any

from shoal.files.errors import BadInput
from shoal.runtime.refusal import Refused
from shoal_qa.adapters.exports.targets import Target
from shoal_qa.adapters.exports.writing import export_version


class FsspecExports:
    """Exports under one root address. Replicas that write the same export write the same bytes."""

    def __init__(self, root: str) -> None:
        self._root = root.rstrip("/")

    async def report(self, folder: str, name: str) -> dict[str, Any] | None:
        """Return the report of a complete export; None if there is none."""
        return await asyncio.to_thread(lambda: Target(self.address(folder, name)).report())

    async def write(self, folder: str, name: str) -> dict[str, Any]:
        """Write an export of a version's folder; return its report. Raises Refused if its files are lost."""
        return await asyncio.to_thread(self._write, folder, name)

    def address(self, folder: str, name: str) -> str:
        """Return the address of an export."""
        return f"{self._root}/{folder}/exports/{name}"

    def _write(self, folder: str, name: str) -> dict[str, Any]:
        target = Target(self.address(folder, name))
        try:
            return export_version(
                f"{self._root}/{folder}", name, target, media=None, report=lambda _rows, _all: None
            )
        except BadInput as error:
            fix = "Restore the files from a backup, or write them again with POST .../rebuild"
            raise Refused("gone", str(error), field="version", fix=fix, title="File lost") from None
