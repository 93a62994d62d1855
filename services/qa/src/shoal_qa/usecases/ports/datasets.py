"""Dataset versions: accepted labels, files and the registry of versions."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any, Protocol

from shoal.contracts.quality import DatasetPublished, GuidelinePublished
from shoal.messaging import OutgoingMessage

Row = dict[str, Any]


class AcceptedLabels(Protocol):
    """The log of accepted labels, under every version of the guideline."""

    async def guidelines(self, project: str) -> list[GuidelinePublished]:
        """Return every version of the guideline, oldest first."""

    async def position(self, project: str) -> int:
        """Return the number of labels in the project's log, which only grows."""

    async def jobs(self, project: str) -> int:
        """Return the number of jobs with a label in the project's log, withdrawn ones too."""

    def accepted(self, project: str, until: int) -> AsyncGenerator[list[Row]]:
        """Return pages of the labels that were accepted when the log had `until` labels, by sample id.

        Of a sample, the newest major's and label's come first.
        """


class DatasetDraft(Protocol):
    """The data files of a version before it has a name."""

    async def add(self, rows: Sequence[Row]) -> None:
        """Add rows, which have the same columns always."""

    async def finish(self) -> list[dict[str, Any]]:
        """Complete the files; return path, sha256, bytes and rows of each."""

    def digest(self) -> str:
        """Return the hash of terms and rows, in hexadecimal."""

    def paths(self) -> Mapping[str, Path]:
        """Return the files by name."""


class DatasetFiles(Protocol):
    """The storage of version files, which all replicas share."""

    def draft(self, terms: bytes) -> AbstractAsyncContextManager[DatasetDraft]:
        """Return the files of a new version. terms: what its name depends on besides its rows."""

    async def write(self, folder: str, files: Mapping[str, bytes | Path]) -> str:
        """Write a version's files, the manifest last; return the folder's address."""

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
