"""Wait for the end of an outage, for a bounded time, and wake when the consumer has to stop."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from shoal.backoff import Backoff
from shoal.messaging.consuming.consumer import RetryPolicy
from shoal.messaging.errors import Stopping, is_transient

T = TypeVar("T")


class Retrier:
    """Retries transient failures with jittered exponential backoff.

    Waits grow over consecutive batches that fail: after the budget is spent, the batch goes back to the
    broker, which delivers it again at once, and without this memory the consumer would retry in a hot loop.
    """

    def __init__(self, policy: RetryPolicy, on_retry: Callable[[BaseException], None]) -> None:
        self._policy = policy
        self._on_retry = on_retry
        self._stopping = asyncio.Event()
        self._failures = 0
        self._backoff = Backoff(policy.first_wait_s, policy.longest_wait_s)

    def stop(self) -> None:
        """End the present wait and all later ones."""
        self._stopping.set()

    def is_stopping(self) -> bool:
        """Return whether `stop` was called."""
        return self._stopping.is_set()

    async def run(self, work: Callable[[], Awaitable[T]]) -> T:
        """Return the result of `work`; raise its last error if the budget is spent or the error is no outage.

        Raises Stopping if `stop` is called during a wait.
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
        """Return the wait after `failures` consecutive failures, in seconds."""
        return self._backoff.wait_s(failures)

    async def sleep(self, seconds: float) -> None:
        """Sleep. Raises Stopping if `stop` is called."""
        try:
            await asyncio.wait_for(self._stopping.wait(), seconds)
        except TimeoutError:
            return
        raise Stopping("the consumer is stopping")
