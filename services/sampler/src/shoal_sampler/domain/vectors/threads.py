"""Element-wise work on blocks of rows, on every usable processor: numpy lets go of the interpreter meanwhile."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self, TypeVar

import numpy as np
import numpy.typing as npt

from shoal.processors import usable_processors

T = TypeVar("T", bound=np.generic)


class Crew:
    """Threads for blocks of rows, each with memory that it uses again; close it after use.

    A matrix product has threads of its own, and is called outside.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(usable_processors())
        self._own = threading.local()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown()

    def in_blocks(self, rows: int, height: int, work: Callable[[slice], None]) -> None:
        """Call work(part) for each run of `height` of the numbers below `rows`.

        The borders do not depend on the number of threads, and so neither does what is computed between them.
        """
        parts = [slice(start, min(start + height, rows)) for start in range(0, rows, height)]
        if len(parts) < 2:
            for part in parts:
                work(part)
            return
        for _ in self._threads.map(work, parts):  # raises what was raised in a thread
            pass

    def scratch(self, shape: tuple[int, ...], kind: type[T]) -> npt.NDArray[T]:
        """Return memory of the calling thread, until it asks for the same kind again; what is in it is anything.

        New memory is given by the system page by page, which takes longer than a pass over it.
        """
        size = int(np.prod(shape))
        held: dict[type[Any], npt.NDArray[Any]] = self._own.__dict__.setdefault("held", {})
        if kind not in held or held[kind].size < size:
            held[kind] = np.empty(size, kind)
        return held[kind][:size].reshape(shape)
