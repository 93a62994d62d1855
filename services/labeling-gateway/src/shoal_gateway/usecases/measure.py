"""Backlog, money, webhooks and annotators as gauges, read from the database by every replica."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from shoal_gateway import metrics
from shoal_gateway.usecases.ports.tallies import LaneTally, MoneyTally, ProviderTally, Tallies

QUIET_FOR = timedelta(days=7)
"""A campaign without open tasks is measured so long after its last change."""
ACTIVE_FOR = timedelta(hours=1)
Series = dict[tuple[str, ...], float]


class MeasureBacklog:
    """Sets the gauges of all projects."""

    def __init__(self, tallies: Tallies, clock: Callable[[], datetime]) -> None:
        self._tallies = tallies
        self._clock = clock

    async def __call__(self) -> None:
        """Read the numbers once."""
        now = self._clock()
        await self._tallies.fold()
        lanes = await self._tallies.lanes()
        _set_backlog([tally for tally in lanes if _is_current(tally, now)], now)
        _set_costs(await self._tallies.money())
        _set_providers(await self._tallies.providers(now - ACTIVE_FOR), now)


def _is_current(tally: LaneTally, now: datetime) -> bool:
    return bool(tally.tasks_open) or now - tally.changed_at < QUIET_FOR


def _set_backlog(lanes: Sequence[LaneTally], now: datetime) -> None:
    tasks: Series = {}
    ages: Series = {}
    votes: Series = {}
    for tally in lanes:
        campaign = (tally.project, tally.provider, tally.campaign)
        tasks[*campaign, tally.lane] = tally.tasks_open
        ages[*campaign, tally.lane] = _age_of(tally.oldest, now)
        votes[campaign] = votes.get(campaign, 0.0) + tally.votes_open
    metrics.OPEN_TASKS.replace(tasks)
    metrics.OLDEST_TASK.replace(ages)
    metrics.OPEN_VOTES.replace(votes)


def _set_costs(tallies: Sequence[MoneyTally]) -> None:
    keys = [(tally.project, tally.provider, tally.campaign) for tally in tallies]
    metrics.SPENT_COST.replace({key: tally.spent for key, tally in zip(keys, tallies, strict=True)})
    metrics.COMMITTED_COST.replace({key: tally.committed for key, tally in zip(keys, tallies, strict=True)})


def _set_providers(tallies: Sequence[ProviderTally], now: datetime) -> None:
    states: Series = {}
    inbox: Series = {}
    ages: Series = {}
    annotators: Series = {}
    for tally in tallies:
        provider = (tally.project, tally.provider)
        for state in metrics.STATES:
            states[*provider, state] = tally.tasks.get(state, 0)
        inbox[*provider, "waiting"] = tally.webhooks_waiting
        inbox[*provider, "parked"] = tally.webhooks_parked
        ages[provider] = _age_of(tally.oldest_webhook, now)
        annotators[provider] = tally.annotators
        _start_counters(provider)
    metrics.TASKS.replace(states)
    metrics.WEBHOOK_INBOX.replace(inbox)
    metrics.OLDEST_WEBHOOK.replace(ages)
    metrics.ACTIVE_ANNOTATORS.replace(annotators)


def _start_counters(provider: tuple[str, str]) -> None:
    """Start the series of rare events at 0: an alert on their growth must not miss the first one."""
    for counter in (metrics.POLL_FAILURES, metrics.SURPLUS, metrics.FOUND_BY_POLL):
        counter.labels(*provider)
    for lane in metrics.FAILING_LANES:
        metrics.LANE_FAILURES.labels(*provider, lane)
    for outcome in metrics.WEBHOOK_OUTCOMES:
        metrics.WEBHOOKS.labels(*provider, outcome)


def _age_of(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0
