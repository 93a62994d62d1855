"""The ledger of intents."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from shoal_gateway.domain.intents import Intent, IntentKind, Outcome
from shoal_gateway.domain.tasks import TaskOrder, TaskState


class Ledger(Protocol):
    """Intents, claimed by one worker at a time."""

    async def backlogs(self, now: datetime) -> Sequence[tuple[str, str, IntentKind]]:
        """Return the (project, provider, kind) that have something to do now."""

    async def claim(
        self, backlog: tuple[str, str, IntentKind], limit: int, now: datetime, lease: timedelta
    ) -> Sequence[Intent]:
        """Claim intents whose task has no earlier one unfinished; a claim runs out after `lease`."""

    async def orders(self, external_ids: Collection[str]) -> dict[str, tuple[TaskOrder, TaskState]]:
        """Return what is to be sent, as it stands now; tasks without content are left out."""

    async def record(self, outcomes: Sequence[Outcome], now: datetime) -> None:
        """Keep how attempts ended, and move their tasks accordingly."""
