"""Campaigns, waiting samples and the audit's votes as gauges, read from the database by every replica."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from shoal_sampler import metrics
from shoal_sampler.domain.campaigns.audit import Audit
from shoal_sampler.domain.campaigns.waits import what_it_waits_for
from shoal_sampler.usecases.campaigns.directory import GuidelineDirectory
from shoal_sampler.usecases.ports import CampaignTally, Tallies

DONE_FOR = timedelta(days=7)
"""A campaign that has been done for so long is no longer measured."""
Series = dict[tuple[str, ...], float]
Readings = Iterator[tuple[tuple[str, ...], float]]


class MeasureCampaigns:
    """Sets the gauges of all projects.

    projects: returns the names of all projects, which have series even while nothing happens in them.
    """

    def __init__(
        self,
        tallies: Tallies,
        guidelines: GuidelineDirectory,
        *,
        projects: Callable[[], Sequence[str]],
        default_audit: Audit,
        clock: Callable[[], datetime],
    ) -> None:
        self._tallies = tallies
        self._guidelines = guidelines
        self._projects = projects
        self._default_audit = default_audit
        self._clock = clock

    async def __call__(self) -> None:
        """Read the numbers once."""
        now = self._clock()
        campaigns = await self._tallies.campaigns(now, now - DONE_FOR)
        self._set_campaigns(campaigns, now)
        projects = sorted({*self._projects(), *(campaign.project for campaign in campaigns)})
        await self._set_waiting(projects, now)
        await self._set_audits(projects, now)

    def _set_campaigns(self, campaigns: Sequence[CampaignTally], now: datetime) -> None:
        metrics.CAMPAIGN_VOTES.replace(dict(_vote_readings(campaigns)))
        metrics.CAMPAIGN_SAMPLES.replace(dict(_sample_readings(campaigns)))
        metrics.CAMPAIGN_JOBS.replace({(tally.project, tally.name): tally.jobs for tally in campaigns})
        metrics.CAMPAIGN_STATE.replace(dict(_state_readings(campaigns)))
        metrics.CAMPAIGN_WAITS.replace(
            {(tally.project, tally.name, self._waits(tally, now)): 1.0 for tally in campaigns}
        )

    def _waits(self, tally: CampaignTally, now: datetime) -> str:
        has_guideline = self._guidelines.get(tally.project) is not None
        return what_it_waits_for(tally.progress, has_guideline=has_guideline, now=now)

    async def _set_waiting(self, projects: Sequence[str], now: datetime) -> None:
        counts: Series = {(project,): 0.0 for project in projects}
        ages = dict(counts)
        for project, queue in (await self._tallies.waiting()).items():
            counts[project,] = queue.count
            ages[project,] = max(0.0, (now - queue.oldest).total_seconds()) if queue.oldest else 0.0
        metrics.WAITING.replace(counts)
        metrics.OLDEST_WAITING.replace(ages)

    async def _set_audits(self, projects: Sequence[str], now: datetime) -> None:
        default = self._default_audit.votes_per_day if self._default_audit.rate else 0
        series: Series = {}
        for project, tally in (await self._tallies.audits(projects, now)).items():
            series[project, "budget"] = default if tally.votes_per_day is None else tally.votes_per_day
            series[project, "reserved"] = tally.reserved
        metrics.AUDIT_VOTES.replace(series)


def _vote_readings(campaigns: Sequence[CampaignTally]) -> Readings:
    for tally in campaigns:
        progress = tally.progress
        yield (tally.project, tally.name, "budget"), progress.votes_budget
        yield (tally.project, tally.name, "reserved"), progress.votes_reserved
        yield (tally.project, tally.name, "left"), progress.votes_left


def _sample_readings(campaigns: Sequence[CampaignTally]) -> Readings:
    for tally in campaigns:
        counts = {
            "seen": tally.progress.samples_seen,
            "eligible": tally.progress.eligible,
            "taken": tally.progress.samples_taken,
            "shared": tally.shared,
            "duplicate": tally.duplicates,
        }
        yield from (((tally.project, tally.name, outcome), count) for outcome, count in counts.items())


def _state_readings(campaigns: Sequence[CampaignTally]) -> Readings:
    for tally in campaigns:
        for state in metrics.STATES:
            yield (tally.project, tally.name, state), float(tally.progress.state == state)
