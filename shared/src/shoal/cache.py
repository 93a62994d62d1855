"""The folder of files that can be recreated: encoders, demo data, running stacks."""

import os
import tempfile
from pathlib import Path

DEFAULT = "~/.cache/shoal"


def cache_folder() -> Path:
    """Return the folder: SHOAL_CACHE, or ~/.cache/shoal, or a temporary one for a user without a home."""
    try:
        return Path(os.environ.get("SHOAL_CACHE") or DEFAULT).expanduser().resolve()
    except RuntimeError:  # the user of a container has no entry in the list of users
        return Path(tempfile.gettempdir()).resolve() / "shoal"


def model_folder() -> Path:
    """Return the folder of the encoders' files, shared by services, commands and stacks."""
    return cache_folder() / "models"
