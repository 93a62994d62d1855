"""Folders of stacks on this machine."""

from pathlib import Path

from shoal.cache import cache_folder


def stack_folder() -> Path:
    """Return the folder that holds one folder per running stack."""
    return cache_folder() / "stacks"
