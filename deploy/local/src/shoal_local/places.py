"""Folders on this machine."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """Return the folder of files that can be recreated: SHOAL_CACHE, or ~/.cache/shoal."""
    return Path(os.environ.get("SHOAL_CACHE") or "~/.cache/shoal").expanduser().resolve()


def model_folder() -> Path:
    """Return the folder of the encoders' files, shared by all stacks."""
    return cache_folder() / "models"


def stack_folder() -> Path:
    """Return the folder that holds one folder per running stack."""
    return cache_folder() / "stacks"
