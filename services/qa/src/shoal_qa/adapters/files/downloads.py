"""Files of a dataset version on this machine: complete and verified, or not there."""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shoal.files.errors import BadInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A file to write. size: in bytes. sha256: of its content, in hexadecimal digits.

    Bytes gather in a hidden file beside it, named by the content, so that a later run continues there.
    """

    folder: Path
    name: str
    size: int
    sha256: str

    @property
    def path(self) -> Path:
        """Return the file's path."""
        return self.folder / self.name

    @property
    def part(self) -> Path:
        """Return the path of the bytes that arrived so far."""
        return self.folder / f".{self.name}.{self.sha256[:16]}.part"

    def is_complete(self) -> bool:
        """Return whether the file is there with its content."""
        return self.path.is_file() and _sha256_hex(self.path) == self.sha256

    def arrived(self) -> int:
        """Return the number of bytes that arrived so far."""
        size = self.part.stat().st_size if self.part.is_file() else 0
        return size if size <= self.size else 0

    def write(self, parts: Iterable[bytes], start: int) -> Iterator[int]:
        """Write bytes from `start` on; yield the number of bytes that arrived, after every part."""
        with _named_errors(self.part):
            file = self.part.open("r+b" if start else "wb")
        with file:
            file.truncate(start)
            file.seek(start)
            for part in parts:
                with _named_errors(self.part):
                    file.write(part)
                yield file.tell()

    def finish(self) -> bool:
        """Put the file in its place at once; return whether the bytes were right, and forget wrong ones."""
        with _named_errors(self.path):
            if _sha256_hex(self.part) != self.sha256:
                self.part.unlink()
                return False
            with self.part.open("rb") as file:
                os.fsync(file.fileno())
            self.part.replace(self.path)
        return True


def prepare_folder(folder: Path) -> None:
    """Create a folder. Raises BadInput if files cannot be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = "is not a folder" if folder.exists() else str(error.strerror)
        raise BadInput(f"{folder}: {reason}; name another folder", field="output") from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise BadInput(f"{folder}: files cannot be written there; name another folder", field="output")


def missing_targets(targets: Sequence[Target], *, force: bool) -> list[Target]:
    """Return the files to fetch. Raises BadInput, unless `force`, if other files are in their place."""
    missing = [target for target in targets if not target.is_complete()]
    blocked = [target for target in missing if target.path.exists()]
    if any(not target.path.is_file() for target in blocked) or (blocked and not force):
        names = ", ".join(target.name for target in blocked)
        detail = f"{targets[0].folder} has {names} with other content"
        raise BadInput(f"{detail}; name another folder, or replace files with --force", field="output")
    return missing


def _sha256_hex(file: Path) -> str:
    with _named_errors(file), file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@contextmanager
def _named_errors(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error.strerror}", field="output") from None
