"""Metrics of jobs: their number by state, their votes, the oldest ones, and annotations without a job."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from shoal.observability.campaigns import campaign_label
from shoal.observability.declaring import OTHER
from shoal_qa import metrics
from shoal_qa.usecases.ports.measures import CampaignState, JobCount, JobMeasures, ParkedCount

MOST_CAMPAIGNS = 50
"""Most campaigns of a project with a series; the others are added up in OTHER."""
KEPT = timedelta(days=7)
"""Time after its last change for which a campaign without open jobs keeps its series."""

_PURPOSE = "audit"  # of counted jobs that no campaign pays; gold is not counted
Series = tuple[str, ...]
Campaign = tuple[str, str]  # project, and name of the campaign or OTHER


class MeasureJobs:
    """Sets the gauges of jobs and annotations of all projects."""

    def __init__(self, measures: JobMeasures, clock: Callable[[], datetime]) -> None:
        self._measures = measures
        self._clock = clock
        self._shown: set[Campaign] = set()

    async def __call__(self) -> None:
        """Measure once."""
        counts = await self._measures.job_counts()
        waiting = [count.key for count in counts if count.state in metrics.WAITING_STATES and count.jobs > 0]
        ages = await self._measures.oldest_jobs(waiting)
        earlier, self._shown = self._shown, _shown_campaigns(counts, self._shown, self._clock() - KEPT)
        for campaign in self._shown - earlier:
            _start_counters(*campaign)
        _set_jobs(counts, self._shown)
        _set_oldest(ages, counts, self._shown)
        _set_parked(await self._measures.parked(), {count.project for count in counts})


def _shown_campaigns(counts: Sequence[JobCount], shown: set[Campaign], since: datetime) -> set[Campaign]:
    """Return the campaigns that have a series of their own; those that had one come first."""
    changed: dict[str, dict[str, datetime]] = defaultdict(dict)
    for count in counts:
        if count.changed_at >= since or (count.state in metrics.WAITING_STATES and count.jobs > 0):
            campaigns = changed[count.project]
            campaigns[count.campaign] = max(count.changed_at, campaigns.get(count.campaign, since))
    campaigns_shown: set[Campaign] = set()
    for project, campaigns in changed.items():
        newest = sorted(campaigns, key=campaigns.__getitem__, reverse=True)
        newest.sort(key=lambda name: (project, name) not in shown)
        campaigns_shown |= {(project, name) for name in newest[:MOST_CAMPAIGNS]}
    return campaigns_shown


def _campaign_of(project: str, campaign: str, shown: set[Campaign]) -> Campaign:
    return (project, campaign_label(campaign, _PURPOSE) if (project, campaign) in shown else OTHER)


def _set_jobs(counts: Sequence[JobCount], shown: set[Campaign]) -> None:
    jobs: Counter[Series] = Counter()
    votes_wanted: Counter[Series] = Counter()
    votes_received: Counter[Series] = Counter()
    disputed: Counter[Series] = Counter()
    for count in counts:
        key, is_open = _campaign_of(count.project, count.campaign, shown), count.state == "open"
        jobs.update({(*key, state): count.jobs * (state == count.state) for state in metrics.JOB_STATES})
        votes_wanted[key] += count.votes_wanted * is_open
        votes_received[key] += count.votes_received * is_open
        disputed[key] += count.disputed * (count.state in metrics.WAITING_STATES)
    metrics.JOBS.replace(jobs)
    metrics.VOTES_WANTED.replace(votes_wanted)
    metrics.VOTES_RECEIVED.replace(votes_received)
    metrics.DISPUTED_JOBS.replace(disputed)


def _start_counters(project: str, campaign: str) -> None:
    """Make the counters of a campaign and its project, so that they start at 0 and not with an event."""
    label = campaign_label(campaign, _PURPOSE)
    for action in metrics.ACTIONS:
        metrics.ANNOTATIONS_RECORDED.labels(project, action)
    for outcome in metrics.DATASET_OUTCOMES:
        metrics.DATASETS.labels(project, outcome)
    for outcome in metrics.FIRST_PASSES:
        metrics.FIRST_PASS.labels(project, label, outcome)
    for outcome in metrics.REVIEW_OUTCOMES:
        metrics.REVIEWS.labels(project, label, outcome)


def _set_oldest(
    ages: Mapping[CampaignState, float], counts: Sequence[JobCount], shown: set[Campaign]
) -> None:
    campaigns = {_campaign_of(count.project, count.campaign, shown) for count in counts}
    oldest: dict[Series, float] = {
        (*key, state): 0.0 for key in campaigns for state in metrics.WAITING_STATES
    }
    for (project, campaign, state), age_s in ages.items():
        key = (*_campaign_of(project, campaign, shown), state)
        oldest[key] = max(oldest[key], age_s)
    metrics.OLDEST_JOB.replace(oldest)


def _set_parked(parked: Sequence[ParkedCount], projects: set[str]) -> None:
    none: dict[Series, float] = {(project,): 0.0 for project in projects}
    metrics.PARKED_ANNOTATIONS.replace(none | {(item.project,): float(item.count) for item in parked})
    metrics.OLDEST_PARKED.replace(none | {(item.project,): item.oldest_s for item in parked})
