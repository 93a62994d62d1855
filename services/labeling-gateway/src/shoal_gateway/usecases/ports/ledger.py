"""The ledger of intents."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from shoal_gateway.domain.intents import Intent, IntentKind, Outcome
from shoal_gateway.domain.tasks import TaskOrder, TaskState


class Ledger(Protocol):
    """Intents, each claimed by one process at a time."""

    async def backlogs(self, now: datetime) -> Sequence[tuple[str, str, IntentKind]]:
        """Return the (project, provider, kind) of due intents."""

    async def claim(
        self, backlog: tuple[str, str, IntentKind], limit: int, now: datetime, lease: timedelta
    ) -> Sequence[Intent]:
        """Claim due intents whose task has no earlier unfinished one; a claim expires after `lease`."""

    async def orders(self, external_ids: Collection[str]) -> dict[str, tuple[TaskOrder, TaskState]]:
        """Return the current orders and states of tasks; tasks without content are left out."""

    async def record(self, outcomes: Sequence[Outcome], now: datetime) -> Sequence[float]:
        """Store how attempts ended, and move their tasks accordingly.

        Returns the ages, in seconds, of the tasks that are at their provider from now on.
        """
