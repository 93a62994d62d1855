"""Where things lie on this machine."""

import os
from pathlib import Path


def cache() -> Path:
    """Return the folder of what can be made again: SHOAL_CACHE, or ~/.cache/shoal."""
    return Path(os.environ.get("SHOAL_CACHE") or "~/.cache/shoal").expanduser().resolve()


def models() -> Path:
    """Return where encoders' files are kept, over all stacks."""
    return cache() / "models"


def stacks() -> Path:
    """Return the folder of running stacks."""
    return cache() / "stacks"
