"""Output files: checked before the work, and written whole or not at all."""

import os
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from shoal.files.errors import BadInput

TABLES = (".csv", ".tsv", ".csv.gz", ".tsv.gz", ".parquet")
PAGES = (".html", ".htm")
# Formats that no command writes; under such a name, CSV would mislead its readers.
OTHER_FORMATS = frozenset(
    {
        ".arrow",
        ".avro",
        ".feather",
        ".h5",
        ".hdf5",
        ".htm",
        ".html",
        ".json",
        ".jsonl",
        ".mat",
        ".ndjson",
        ".npy",
        ".npz",
        ".ods",
        ".orc",
        ".pickle",
        ".pkl",
        ".pt",
        ".sqlite",
        ".xls",
        ".xlsx",
        ".xml",
        ".yaml",
        ".yml",
        ".zip",
    }
)


class OutputCheck:
    """Refuses outputs that could not be written, before a command starts its work.

    inputs: the files that the command reads; None for an option without a value. warn: called with a message
    about a name without a suffix of its format.
    """

    def __init__(self, inputs: Sequence[Path | None], warn: Callable[[str], None]) -> None:
        self._inputs = [file for file in inputs if file is not None]
        self._outputs: list[Path] = []
        self._warn = warn

    def check_table(self, field: str, file: Path | None) -> None:
        """Check the file of a table. Raises BadInput."""
        if file is None:
            return
        self._check_file(field, file)
        if _is_special(file) or file.name.lower().endswith(TABLES):
            return
        if Path(file.name.removesuffix(".gz")).suffix.lower() in OTHER_FORMATS:
            raise BadInput(f"{file}: give a name that ends in {_join_names(TABLES)}", field=field)
        self._warn(f"{file} is written as CSV: only {_join_names(TABLES[1:])} names another form")

    def check_page(self, field: str, file: Path | None) -> None:
        """Check the file of an HTML page. Raises BadInput."""
        if file is None:
            return
        self._check_file(field, file)
        if not _is_special(file) and file.suffix.lower() not in PAGES:
            self._warn(f"{file} is written as HTML: name it .html to open it in a browser")

    def check_file(self, field: str, file: Path, suffix: str) -> None:
        """Check a file whose name must end in `suffix`. Raises BadInput."""
        self._check_file(field, file)
        if not _is_special(file) and file.suffix.lower() != suffix:
            raise BadInput(f"{file} is written as {suffix}: give a name that ends so", field=field)

    def check_folder(self, field: str, folder: Path | None, names: Sequence[str]) -> None:
        """Check a folder and the files that a command writes into it. Raises BadInput."""
        if folder is None:
            return
        with _as_bad_input(field, folder):
            if folder.exists() and not folder.is_dir():
                raise BadInput(f"{folder} is a file: give a folder", field=field)
        for name in names:
            self._check_file(field, folder / name)

    def _check_file(self, field: str, file: Path) -> None:
        with _as_bad_input(field, file):
            _check_writable(field, file)
            for other in self._inputs:
                if _same_file(file, other):
                    raise BadInput(f"{file} is also an input: give another file", field=field)
            for other in self._outputs:
                if _same_file(file, other):
                    raise BadInput(f"{file} is given for two outputs: give two files", field=field)
        if not _is_special(file):
            self._outputs.append(file)


@contextmanager
def replace_file(file: Path) -> Iterator[Path]:
    """Yield a temporary file's path in the folder of `file`; it replaces `file` if no error is raised.

    The folder is created. A link is followed. A device or pipe is written directly. Raises BadInput for an
    OSError.
    """
    try:
        if _is_special(file):
            yield file
            return
        target = Path(os.path.realpath(file))
        target.parent.mkdir(parents=True, exist_ok=True)
        with _temporary_file(target) as partial:
            yield partial
            if target.exists():
                shutil.copymode(target, partial)
            partial.replace(target)
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error.strerror or error}") from None


@contextmanager
def _temporary_file(target: Path) -> Iterator[Path]:
    """Yield the path of a new file beside `target`, and remove it if it is still there at the end."""
    if target.is_dir():
        raise IsADirectoryError(f"{target} is a folder")
    partial = target.parent / f".{secrets.token_hex(8)}.partial"
    try:
        partial.open("xb").close()
        yield partial
    finally:
        partial.unlink(missing_ok=True)


def _check_writable(field: str, file: Path) -> None:
    if _is_special(file):
        return
    if file.is_dir():
        raise BadInput(f"{file} is a folder: give a file in it", field=field)
    if file.exists() and not os.access(file, os.W_OK):
        raise BadInput(f"{file} is write-protected: give another file", field=field)
    folder = nearest_folder(Path(os.path.realpath(file)))
    if not folder.is_dir():
        raise BadInput(f"{file}: {folder} is a file, not a folder", field=field)
    # A real file shows more than access rights do, for instance a read-only or full disk.
    with tempfile.TemporaryFile(dir=folder) as probe:
        probe.write(b"0")


def nearest_folder(file: Path) -> Path:
    """Return the lowest of the file's parents that exists."""
    return next(parent for parent in file.parents if os.path.lexists(parent))


@contextmanager
def _as_bad_input(field: str, file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error.strerror or error}", field=field) from None


def _is_special(file: Path) -> bool:
    """Return whether the file is a device or a pipe, such as /dev/stdout, also when it leads to a file."""
    if file.parent in (Path("/dev"), Path("/dev/fd")):
        return True
    with suppress(FileNotFoundError, NotADirectoryError):
        mode = file.stat().st_mode
        return not S_ISREG(mode) and not S_ISDIR(mode)
    return False


def _same_file(one: Path, other: Path) -> bool:
    if one.exists() and other.exists():
        return one.samefile(other)
    return os.path.realpath(one) == os.path.realpath(other)


def _join_names(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"
