"""The migrations that this version knows: SQL files in the packages of services and in this one."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable

OUTBOX_FILES = ("outbox", "outbox_refused")
"""The files of the outbox's table, in order; new ones come last."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One SQL file."""

    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """Return the file's hash, which reveals edits."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


@lru_cache
def known_migrations(package: str, *, outbox: bool) -> tuple[Migration, ...]:
    """Return the migrations that this version knows, in order."""
    return (*(_outbox_migrations() if outbox else ()), *_service_migrations(package))


def _outbox_migrations() -> Iterator[Migration]:
    for name in OUTBOX_FILES:
        yield Migration(
            f"shoal/{name}", (resources.files("shoal.persistence") / f"sql/{name}.sql").read_text()
        )


def _service_migrations(package: str) -> Iterator[Migration]:
    folder = resources.files(package) / "migrations"
    files: list[Traversable] = [entry for entry in folder.iterdir() if entry.name.endswith(".sql")]
    for file in sorted(files, key=lambda entry: entry.name):
        yield Migration(file.name, file.read_text())
