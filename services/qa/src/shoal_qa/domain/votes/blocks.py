"""Blocks of work in threads: numpy lets others run while it computes. What is computed never depends on how many."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from shoal.processors import usable_processors

MOST_THREADS = 8  # beyond, blocks wait for memory
FEWEST_BLOCKS = 4  # of a thread: less work than its start is worth


def thread_count() -> int:
    """Return how many threads this process may keep busy."""
    return min(usable_processors(), MOST_THREADS)


def run_in_threads(work: Callable[[int, int], None], ranges: Iterable[tuple[int, int]]) -> None:
    """Call work(start, stop) for each range, in any order; each writes to a place of its own."""
    todo = list(ranges)
    workers = min(thread_count(), len(todo) // FEWEST_BLOCKS)
    if workers < 2:
        for block in todo:
            work(*block)
        return
    with ThreadPoolExecutor(workers) as pool:
        for _ in pool.map(lambda block: work(*block), todo):
            pass


def split_range(size: int, step: int) -> list[tuple[int, int]]:
    """Return [0, size) cut into ranges of `step`."""
    return [(start, min(start + step, size)) for start in range(0, size, step)]
