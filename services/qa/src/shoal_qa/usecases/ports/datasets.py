"""Dataset versions: accepted labels, files and the registry of versions."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from shoal.contracts.quality import DatasetPublished
from shoal.messaging import OutgoingMessage

Row = dict[str, Any]


class AcceptedLabels(Protocol):
    """The current accepted labels."""

    async def accepted(self, project: str) -> tuple[tuple[int, int] | None, list[Row]]:
        """Return the current guideline's (major, minor) and its accepted labels, by sample id."""


class DatasetFiles(Protocol):
    """The storage of version files, which all replicas share."""

    async def write(self, folder: str, files: Mapping[str, bytes]) -> str:
        """Write a version's files, the manifest last; return the folder's address."""

    def parquet(self, rows: Sequence[Row]) -> bytes:
        """Return rows as a Parquet file."""

    def address(self, folder: str) -> str:
        """Return the address of a version's folder."""

    async def folders(self) -> list[str]:
        """Return the folders that have a manifest, by name."""

    async def size(self, folder: str, name: str) -> int | None:
        """Return the size of a file in bytes; None if it is missing."""

    def read(self, folder: str, name: str, start: int, stop: int) -> AsyncIterator[bytes]:
        """Return the bytes from `start` to before `stop` of a file, in parts."""


class Turn(Protocol):
    """The versions of one dataset, while this process alone may add one."""

    async def latest(self) -> tuple[int, str] | None:
        """Return the number and name of the newest version."""

    async def get(self, version: str) -> dict[str, Any] | None:
        """Return the manifest of a version."""

    async def add(
        self, event: DatasetPublished, manifest: Mapping[str, Any], message: OutgoingMessage
    ) -> None:
        """Store a version and its event; both are committed when the turn ends."""


class DatasetRegistry(Protocol):
    """Dataset versions by number."""

    async def get(self, project: str, dataset: str, version: str) -> dict[str, Any] | None:
        """Return the manifest of a version; `latest` is the newest one."""

    async def all(self, project: str) -> list[dict[str, Any]]:
        """Return all manifests of a project, oldest first."""

    def turn(self, project: str, dataset: str) -> AbstractAsyncContextManager[Turn]:
        """Wait for the dataset's lock, which one of all replicas holds at a time, until the block ends."""
