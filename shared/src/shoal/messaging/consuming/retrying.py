"""Wait for an outage to end, for a bounded time, and wake when the consumer is to stop."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from shoal.backoff import Backoff
from shoal.messaging.consuming.consumer import RetryPolicy
from shoal.messaging.errors import Stopping, is_transient

T = TypeVar("T")


class Retrier:
    """Retries transient failures with jittered exponential backoff.

    Waits keep growing over batches that fail in a row: after the budget the batch goes back to the broker,
    which delivers it again at once, and only this memory keeps that from becoming a hot loop.
    """

    def __init__(self, policy: RetryPolicy, on_retry: Callable[[BaseException], None]) -> None:
        self._policy = policy
        self._on_retry = on_retry
        self._stopping = asyncio.Event()
        self._failures = 0
        self._backoff = Backoff(policy.first_wait_s, policy.longest_wait_s)

    def stop(self) -> None:
        """End every wait now, and all that would follow."""
        self._stopping.set()

    async def run(self, work: Callable[[], Awaitable[T]]) -> T:
        """Return what `work` returns; raise what it raised last when the budget is spent or it is no outage.

        Raises Stopping when asked to stop while waiting.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._policy.outage_budget_s
        while True:
            try:
                result = await work()
            except Exception as error:
                if not is_transient(error) or isinstance(error, Stopping):
                    raise
                self._failures += 1
                self._on_retry(error)
                wait = self.wait_s(self._failures)
                await self.sleep(min(wait, max(0.0, deadline - loop.time())))
                if loop.time() >= deadline:
                    raise
            else:
                self._failures = 0
                return result

    def wait_s(self, failures: int) -> float:
        """Return the wait after so many failures in a row, in seconds."""
        return self._backoff.wait_s(failures)

    async def sleep(self, seconds: float) -> None:
        """Sleep, but raise Stopping when asked to stop."""
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return
        raise Stopping("the consumer is stopping")
