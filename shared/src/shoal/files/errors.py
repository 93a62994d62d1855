"""Errors in a user's files and options."""

import csv
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class BadInput(ValueError):
    """An error in one line, which names the file and row or the field, the fault and the fix.

    field: the field of a request that is wrong, by its name in Python; a command turns it into its option.
    """

    def __init__(self, detail: str, *, field: str | None = None) -> None:
        super().__init__(detail)
        self.field = field


class BadContent(ValueError):
    """A reader's error, worded to follow the file's name, such as ", line 3 has two values"."""


@contextmanager
def readable_file(what: str, file: Path) -> Iterator[None]:
    """Turn readers' errors into BadInput that names the file."""
    try:
        yield
    except BadContent as error:
        raise BadInput(f"{what} {file}{error}") from None
    except BadInput:
        raise
    except IsADirectoryError:
        raise BadInput(f"{what} {file} cannot be read: it is a folder: give a file") from None
    except FileNotFoundError:
        raise BadInput(f"{what} {file} cannot be read: it does not exist") from None
    except (
        OSError,
        EOFError,
        ValueError,
        csv.Error,
        zlib.error,
    ) as error:  # pyarrow's errors are ValueErrors
        raise BadInput(f"{what} {file} cannot be read: {error}") from None
