"""Where things lie on this machine."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """Return the folder of what can be made again: SHOAL_CACHE, or ~/.cache/shoal."""
    return Path(os.environ.get("SHOAL_CACHE") or "~/.cache/shoal").expanduser().resolve()


def model_folder() -> Path:
    """Return where encoders' files are kept, over all stacks."""
    return cache_folder() / "models"


def stack_folder() -> Path:
    """Return the folder of running stacks."""
    return cache_folder() / "stacks"
