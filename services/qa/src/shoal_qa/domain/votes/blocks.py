"""Blocks of work in threads, whose number never changes a result.

numpy releases the interpreter lock while it computes.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor

from shoal.processors import usable_processors

MOST_THREADS = 8  # more only wait for memory
FEWEST_BLOCKS = 4  # a thread with fewer costs more to start than it saves


def thread_count() -> int:
    """Return the number of threads that this process may keep busy."""
    return min(usable_processors(), MOST_THREADS)


def run_in_threads(work: Callable[[int, int], None], ranges: Iterable[tuple[int, int]]) -> None:
    """Call work(start, stop) for each range, in any order. Ranges must write to disjoint memory."""
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
    """Return [0, size) in ranges of length `step`; the last one may be shorter."""
    return [(start, min(start + step, size)) for start in range(0, size, step)]
