"""The order of the files of tests, and which process runs them."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from xdist.scheduler import LoadFileScheduling

SHARED = "tests/e2e"
"""The folder whose files share a running Shoal; those in its folder own_stack have one each."""
_SHARED, _OWN, _MESSAGING, _SERVER, _NONE = range(5)
_SPREAD = 0.7
"""The share of the run over which files that wait for servers are spread: the end is left to short ones."""


class OneProcessAFile(LoadFileScheduling):
    """Runs the tests of one file in one process, and all files of tests/e2e, which share a running Shoal."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        folder = file.rpartition("/")[0]
        return folder if folder == SHARED else file


def sort_tests(items: list[pytest.Item]) -> None:
    """Begin with the longest files, and mix those that wait for servers with those that compute."""
    ranks: dict[Path, int] = {}
    for item in items:
        ranks[item.path] = min(ranks.get(item.path, _NONE), _rank_of(item))
    places = file_places(ranks)
    items.sort(key=lambda item: places[item.path])


def file_places(ranks: Mapping[Path, int]) -> dict[Path, float]:
    """Return the place of each file, from 0 for the first to 1; less than 0 for those of a shared Shoal."""
    shared = {path: -1.0 for path, rank in ranks.items() if rank == _SHARED}
    waiting = sorted((path for path, rank in ranks.items() if _SHARED < rank < _NONE), key=ranks.__getitem__)
    computing = [path for path, rank in ranks.items() if rank == _NONE]
    spread = {path: _SPREAD * index / len(waiting) for index, path in enumerate(waiting)}
    return shared | spread | {path: index / len(computing) for index, path in enumerate(computing)}


def _rank_of(item: pytest.Item) -> int:
    """Return what the test needs, by the time that it takes."""
    if item.nodeid.startswith(f"{SHARED}/"):
        return _OWN if "own_stack" in item.path.parts else _SHARED
    if "wire" in item.path.parts:
        return _MESSAGING
    return _SERVER if any(map(item.get_closest_marker, ("servers", "kafka", "browser"))) else _NONE
