"""Text files, plain or .gz."""

import gzip
import io
from pathlib import Path
from typing import TextIO


def open_text(file: Path) -> TextIO:
    """Open a UTF-8 file for reading; line ends stay unchanged, a byte order mark is skipped.

    Raises OSError.
    """
    if file.suffix.lower() == ".gz":
        return io.TextIOWrapper(gzip.open(file), encoding="utf-8-sig", newline="")
    return file.open(encoding="utf-8-sig", newline="")
