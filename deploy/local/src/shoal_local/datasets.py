"""The folder of dataset versions, which stays when the stack ends."""

import os
import tempfile
from pathlib import Path

DEFAULT = "shoal-datasets"


class UnusableFolder(Exception):
    """A folder in which dataset versions cannot be written, with the reason and the fix."""


def dataset_address(folder: str) -> str:
    """Return the address of a folder, which is created if needed; an fsspec address (s3://...) stays.

    Raises UnusableFolder.
    """
    if "://" in folder:
        return folder
    if not folder.strip():
        raise UnusableFolder("the folder of datasets has no name. Name one with --datasets DIR.")
    path = Path(folder).expanduser().resolve()
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
    except OSError as error:
        reason = "is not a folder" if path.exists() and not path.is_dir() else os.strerror(error.errno or 0)
        raise UnusableFolder(
            f"datasets cannot be written to {path}: {reason}. Name another folder with --datasets DIR."
        ) from None
    return str(path)
