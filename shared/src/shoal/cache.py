"""The folder of files that can be recreated: encoders, demo data, running stacks."""

import os
from pathlib import Path

DEFAULT = "~/.cache/shoal"


def cache_folder() -> Path:
    """Return the folder: SHOAL_CACHE, or ~/.cache/shoal."""
    return Path(os.environ.get("SHOAL_CACHE") or DEFAULT).expanduser().resolve()


def model_folder() -> Path:
    """Return the folder of the encoders' files, shared by services, commands and stacks."""
    return cache_folder() / "models"
