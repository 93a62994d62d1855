"""Carry out intents: claim them, make their calls, record the outcomes; an unknown outcome is retried."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from shoal_gateway.domain.intents import Intent, IntentKind, IntentState, Outcome
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.domain.tasks import TaskOrder, TaskState
from shoal_gateway.usecases.errors import ProviderRefused
from shoal_gateway.usecases.ports import Clock, Ledger, Provider, ProviderConfigs, Providers
from shoal_gateway.usecases.providers.carry_out import CarryOut, parked_outcome
from shoal_gateway.usecases.watch import Watch

AT_A_TIME = 64  # single calls (extend, cancel) per claim
LEASE_SHARE = 0.75
Backlog = tuple[str, str, IntentKind]


class Dispatch:
    """Works off one backlog at a time. Replicas may do it at the same time: claims keep them apart."""

    def __init__(
        self,
        *,
        ledger: Ledger,
        configs: ProviderConfigs,
        providers: Providers,
        carry_out: CarryOut,
        watch: Watch,
        clock: Clock,
        lease: timedelta,
    ) -> None:
        self._ledger = ledger
        self._configs = configs
        self._providers = providers
        self._carry_out = carry_out
        self._watch = watch
        self._clock = clock
        self._lease = lease

    async def due(self) -> Sequence[Backlog]:
        """Return the (project, provider, kind) of intents that are due."""
        return await self._ledger.backlogs(self._clock())

    async def __call__(self, backlog: Backlog) -> int:
        """Attempt some of a backlog's intents; return their number."""
        project, name, kind = backlog
        provider = self._usable(await self._configs.get(project, name))
        limit = provider.capabilities.max_batch if provider and kind is IntentKind.UPSERT else AT_A_TIME
        intents = await self._ledger.claim(backlog, limit, self._clock(), self._lease)
        if intents:
            outcomes = await self._attempt(provider, backlog, intents)
            ages = await self._ledger.record(outcomes, self._clock())
            self._watch.delivered(project, name, ages)
            for state in IntentState:
                count = sum(outcome.state is state for outcome in outcomes)
                self._watch.dispatched(project, name, kind=kind, outcome=state, count=count)
        return len(intents)

    def lane_failed(self, backlog: Backlog, error: Exception) -> None:
        """Report that a backlog could not be worked off, for example because PostgreSQL is away."""
        project, name, kind = backlog
        self._watch.lane_failed(project, name, lane=kind, error=error)

    def _usable(self, config: ProviderConfig | None) -> Provider | None:
        try:
            return self._providers.of(config) if config else None
        except ProviderRefused:
            return None

    async def _attempt(
        self, provider: Provider | None, backlog: Backlog, intents: Sequence[Intent]
    ) -> list[Outcome]:
        project, name, kind = backlog
        if provider is None:
            reason = f"provider {name!r} cannot be used: set its kind and base_url"
            return [parked_outcome(intent, reason) for intent in intents]
        # The rest of the lease is for recording the outcomes.
        deadline = asyncio.get_running_loop().time() + LEASE_SHARE * self._lease.total_seconds()
        orders = await self._orders(intents)
        return await self._carry_out(
            provider,
            kind,
            intents=intents,
            orders=orders,
            deadline=deadline,
            note=partial(self._watch.called, (project, name)),
        )

    async def _orders(self, intents: Sequence[Intent]) -> dict[str, TaskOrder]:
        orders = await self._ledger.orders([intent.external_id for intent in intents])
        return {key: order for key, (order, state) in orders.items() if state is not TaskState.CANCELLED}
