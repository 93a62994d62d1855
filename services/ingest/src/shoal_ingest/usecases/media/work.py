"""Decode images in threads, a few at a time."""

import asyncio
from collections import defaultdict
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class PictureWork:
    """Runs work on images in threads. An image of 50 megapixels takes up to 0.5 GiB, so few run together.

    One project has at most half of the threads, so that its large images do not hold up those of others.
    """

    def __init__(self, threads: int) -> None:
        self._slots = asyncio.Semaphore(threads)
        self._turns: dict[str, asyncio.Semaphore] = defaultdict(
            lambda: asyncio.Semaphore(max(1, threads // 2))
        )

    async def run(self, project: str, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the result of `work`, once a thread is free."""
        async with self._turns[project], self._slots:
            return await asyncio.to_thread(work, *args, **kwargs)
