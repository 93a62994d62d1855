"""Decisions on samples: one transaction per window, under the project's lock."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from time import perf_counter

from shoal.contracts.ids import job_id
from shoal.contracts.labels import GuidelineRef
from shoal_sampler.domain.campaigns.audit import Audit
from shoal_sampler.domain.campaigns.budget import Ledger
from shoal_sampler.domain.campaigns.campaign import Campaign
from shoal_sampler.domain.campaigns.deciding import decide
from shoal_sampler.domain.campaigns.decisions import Record
from shoal_sampler.domain.campaigns.window import Standing
from shoal_sampler.usecases.campaigns.directory import CampaignDirectory, GuidelineDirectory
from shoal_sampler.usecases.ports import Effect, Outcome, Project, Queue, SampleJob, Spending, Store
from shoal_sampler.usecases.publishing import window_messages
from shoal_sampler.usecases.stream.arrivals import Arrival, labelled_units, read_arrival
from shoal_sampler.usecases.stream.counting import count_window
from shoal_sampler.usecases.stream.memory import Memories

NO_AUDIT = Audit(rate=0.0)


class Decider:
    """Makes the decisions of all projects.

    default_audit: the audit of projects that set none. first_wait: longest wait of samples for the first
    campaign of their project.
    """

    def __init__(
        self,
        store: Store,
        campaigns: CampaignDirectory,
        guidelines: GuidelineDirectory,
        memories: Memories,
        *,
        salt: bytes,
        default_audit: Audit,
        first_wait: timedelta,
        clock: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._campaigns = campaigns
        self._guidelines = guidelines
        self._memories = memories
        self._salt = salt
        self._default_audit = default_audit
        self.first_wait = first_wait
        self._clock = clock

    def audits(self, audit: Audit | None) -> bool:
        """Return whether an audit, None for the default, takes any sample."""
        return (audit or self._default_audit).rate > 0

    async def decide_now(self, name: str, arrivals: Sequence[Arrival]) -> None:
        """Decide on samples that need not wait."""
        began = perf_counter()
        async with self._store.project(name) as project:
            outcomes = await self._decide(name, project, arrivals, campaigns_too=True)
        count_window(name, outcomes, seconds=perf_counter() - began, now=self._clock())

    async def close_window(self, name: str, waiting_limit: int) -> bool:
        """Decide on one full or overdue window of waiting samples; return whether there was one."""
        began = perf_counter()
        async with self._store.project(name) as project:
            size, campaigns_too = await self._due(name, project, waiting_limit)
            if size == 0:
                return False
            waiting = [read_arrival(event) for event in await project.waiting.oldest(size)]
            outcomes = await self._decide(name, project, waiting, campaigns_too=campaigns_too)
        count_window(name, outcomes, seconds=perf_counter() - began, now=self._clock())
        return True

    async def _due(self, name: str, project: Project, waiting_limit: int) -> tuple[int, bool]:
        """Return how many waiting samples to decide on now, and whether campaigns take part.

        Before the project has a campaign, its samples wait for the first one; while it has no guideline, they
        wait for that, if a campaign or the audit may take them. The oldest ones beyond `waiting_limit` are
        decided without campaigns.
        """
        queue, now = await project.waiting.summary(), self._clock()
        if queue.oldest is None:
            return 0, True
        campaigns = await self._campaigns.resolve(name, await project.budgets.in_force(now), self._store)
        if not campaigns and not await project.budgets.has_policy():
            return await self._due_before_campaigns(project, queue, waiting_limit), True
        audit, _ = await project.budgets.audit(now)
        if self._guidelines.get(name) is None and (campaigns or self.audits(audit)):
            return min(max(0, queue.count - waiting_limit), 1000), False
        windows = [campaign.selection for campaign in campaigns if campaign.selection.windowed]
        if not windows:
            return min(queue.count, 1000), True
        size = max(window.window_samples for window in windows)
        patience = max(window.window_seconds for window in windows)
        overdue = (now - queue.oldest).total_seconds() >= patience
        return (size, True) if overdue or queue.count >= size else (0, True)

    async def _due_before_campaigns(self, project: Project, queue: Queue, waiting_limit: int) -> int:
        """Return how many samples have waited for the first campaign long enough, or are too many."""
        latest, overdue = self._clock() - self.first_wait, 0
        if queue.oldest is not None and queue.oldest <= latest:
            overdue = await project.waiting.count_before(latest)
        return min(max(overdue, queue.count - waiting_limit), 1000)

    async def _decide(
        self, name: str, project: Project, arrivals: Sequence[Arrival], *, campaigns_too: bool
    ) -> list[Outcome]:
        now = self._clock()
        by_id = {arrival.sample.sample_id: arrival for arrival in arrivals}
        decided = await project.decisions.among(by_id)
        fresh = [arrival for sample_id, arrival in by_id.items() if sample_id not in decided]
        units = await self._units(name, project, fresh)
        guideline = self._guidelines.get(name) if campaigns_too else None
        outcomes: list[Outcome] = []
        for _, group in groupby(sorted(units, key=_generation_of), key=_generation_of):
            outcome = await self._window(name, project, arrivals=list(group), guideline=guideline, now=now)
            await project.decisions.add(outcome, now)
            outcomes.append(outcome)
        await project.waiting.drop(by_id)
        return outcomes

    async def _units(self, name: str, project: Project, fresh: Sequence[Arrival]) -> list[Arrival]:
        """Return the samples to decide on: instead of an image its crops, if the project labels crops.

        A crop whose id another sample of the window has is left out: an id gets one decision.
        """
        labels_crops = self._guidelines.labels_crops(name)
        units: dict[str, Arrival] = {}
        for unit in (
            unit for arrival in fresh for unit in labelled_units(arrival, labels_crops=labels_crops)
        ):
            units.setdefault(unit.sample.sample_id, unit)
        crops = [sample_id for sample_id, unit in units.items() if unit.sample.parent_id is not None]
        decided = await project.decisions.among(crops) if crops else set()
        return [unit for sample_id, unit in units.items() if sample_id not in decided]

    async def _window(
        self,
        name: str,
        project: Project,
        *,
        arrivals: list[Arrival],
        guideline: GuidelineRef | None,
        now: datetime,
    ) -> Outcome:
        samples = [arrival.sample for arrival in arrivals]
        standings = await self._standings(name, project, now) if guideline else []
        audit, spent = await project.budgets.audit(now)
        audit = (audit or self._default_audit) if guideline else NO_AUDIT
        ledger = Ledger(None, max(0, audit.votes_per_day - spent))
        memory = await self._memories.of(name, project, samples)
        records = await asyncio.to_thread(
            decide,
            name,
            samples,
            standings=standings,
            audit=audit,
            audit_ledger=ledger,
            memory=memory,
            salt=self._salt,
        )
        events = {arrival.sample.sample_id: arrival.event for arrival in arrivals}
        campaigns = _campaign_names(standings)
        return Outcome(
            records=records,
            effects=[_effect_of(standing) for standing in standings],
            audit_votes=ledger.votes,
            sample_jobs=_sample_jobs(records, arrivals, guideline=guideline, campaigns=campaigns),
            parents={sample.sample_id: sample.parent_id for sample in samples if sample.parent_id},
            messages=window_messages(records, events, guideline=guideline, campaigns=campaigns, now=now),
        )

    async def _standings(self, name: str, project: Project, now: datetime) -> list[Standing]:
        spendings = await project.budgets.in_force(now)
        campaigns = await self._campaigns.resolve(name, spendings, self._store)
        return [_standing_of(*pair) for pair in zip(campaigns, spendings, strict=True)]


def _campaign_names(standings: Sequence[Standing]) -> dict[str, str]:
    """Return the names of campaigns by id."""
    return {standing.campaign.campaign_id: standing.campaign.name for standing in standings}


def _generation_of(arrival: Arrival) -> str:
    return arrival.sample.generation


def _standing_of(campaign: Campaign, spending: Spending) -> Standing:
    cap = campaign.samples_per_day
    ledger = Ledger(
        max(0, campaign.votes_budget - spending.votes_reserved),
        None if cap is None else max(0, cap - spending.taken_today),
    )
    return Standing(
        campaign=campaign, ledger=ledger, votes_reserved=spending.votes_reserved, credit=spending.credit
    )


def _effect_of(standing: Standing) -> Effect:
    return Effect(
        campaign_id=standing.campaign.campaign_id,
        votes=standing.ledger.votes,
        jobs=standing.ledger.jobs,
        samples_seen=standing.samples_seen,
        eligible=standing.eligible,
        samples_taken=standing.samples_taken,
        shared=standing.shared,
        duplicates=standing.duplicates,
        credit=standing.credit,
    )


def _sample_jobs(
    records: Sequence[Record],
    arrivals: Sequence[Arrival],
    *,
    guideline: GuidelineRef | None,
    campaigns: Mapping[str, str],
) -> list[SampleJob]:
    if guideline is None:
        return []
    return [
        SampleJob(
            sample=arrival.sample,
            job_id=job_id(arrival.event.project, record.sample_id, guideline.major, record.job.purpose),
            purpose=record.job.purpose,
            campaign_id=record.job.campaign_id,
            campaign=campaigns.get(record.job.campaign_id or ""),
            votes=record.job.max_votes,
            received_at=arrival.event.received_at,
        )
        for record, arrival in zip(records, arrivals, strict=True)
        if record.job is not None
    ]
