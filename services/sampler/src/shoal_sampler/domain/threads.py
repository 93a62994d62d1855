"""Element-wise work on blocks of rows, on every processor: numpy lets go of the interpreter meanwhile."""

import os
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor


def crew() -> Executor:
    """Return threads for `in_blocks`; close them after use. A matrix product has its own, and is called outside."""
    return ThreadPoolExecutor(os.cpu_count() or 1)


def in_blocks(threads: Executor, rows: int, height: int, work: Callable[[slice], None]) -> None:
    """Call work(part) for each run of `height` of the numbers below `rows`.

    The borders do not depend on the number of threads, and so neither does what is computed between them.
    """
    parts = [slice(start, min(start + height, rows)) for start in range(0, rows, height)]
    if len(parts) < 2:
        for part in parts:
            work(part)
        return
    for _ in threads.map(work, parts):  # raises what was raised in a thread
        pass
