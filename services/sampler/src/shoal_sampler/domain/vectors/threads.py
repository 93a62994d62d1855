"""Element-wise work on blocks of rows, on every usable processor.

numpy releases the interpreter lock meanwhile.
"""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self, TypeVar

import numpy as np
import numpy.typing as npt

from shoal.processors import usable_processors

T = TypeVar("T", bound=np.generic)


class BlockThreads:
    """A pool of threads for work on blocks of rows; a context manager.

    Each thread reuses its scratch memory. Compute matrix products outside of the pool: their library has its
    own threads.
    """

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(usable_processors())
        self._local = threading.local()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._threads.shutdown()

    def in_blocks(self, rows: int, height: int, work: Callable[[slice], None]) -> None:
        """Call work(part) for consecutive slices of at most `height` rows, up to `rows`.

        The slices do not depend on the number of threads, so neither do the results.
        """
        parts = [slice(start, min(start + height, rows)) for start in range(0, rows, height)]
        if len(parts) < 2:
            for part in parts:
                work(part)
            return
        for _ in self._threads.map(work, parts):  # raises the error of a thread
            pass

    def scratch(self, shape: tuple[int, ...], kind: type[T]) -> npt.NDArray[T]:
        """Return uninitialised memory of the calling thread, valid until it requests the same dtype again.

        Fresh memory comes from the operating system page by page, which takes longer than a pass over it.
        """
        size = int(np.prod(shape))
        buffers: dict[type[Any], npt.NDArray[Any]] = self._local.__dict__.setdefault("held", {})
        if kind not in buffers or buffers[kind].size < size:
            buffers[kind] = np.empty(size, kind)
        return buffers[kind][:size].reshape(shape)
