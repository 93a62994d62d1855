"""Counts what evaluations changed. Call it after the transaction has committed: a retried one counts once."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from shoal.observability.campaigns import campaign_label
from shoal.observability.declaring import BoundedCounter
from shoal.observability.metrics import STAGES
from shoal.observability.traces import exemplar_of
from shoal_qa import metrics
from shoal_qa.usecases.evaluation.outcomes import Outcome
from shoal_qa.usecases.ports import LabelRow, StoredJob

Series = tuple[BoundedCounter, tuple[str, ...]]


def count_outcomes(outcomes: Sequence[Outcome], now: datetime) -> None:
    """Count the changes of jobs and labels, and observe how long samples took from ingest."""
    counts: Counter[Series] = Counter()
    waits: dict[tuple[str, str, str], list[tuple[float, str]]] = defaultdict(list)
    for outcome in outcomes:
        for series, count in _series_of(outcome):
            counts[series] += count
        for stage, wait_s in _stages_of(outcome, now):
            waits[outcome.after.project, _campaign_of(outcome.after), stage].append(
                (wait_s, outcome.after.sample_id)
            )
    for (metric, values), count in counts.items():
        metric.labels(*values).inc(count)
    for key, seconds in waits.items():
        stage_seconds = STAGES.labels(*key)
        for wait_s, sample_id in seconds:
            stage_seconds.observe(wait_s, exemplar_of(sample_id))


def _campaign_of(stored: StoredJob) -> str:
    return campaign_label(stored.campaign, "audit")  # gold is not counted


def count_annotations(stored: Sequence[tuple[str, str]]) -> None:
    """Count new revisions of annotations by (project, action)."""
    for (project, action), count in Counter(stored).items():
        metrics.ANNOTATIONS_RECORDED.labels(project, action).inc(count)


def _series_of(outcome: Outcome) -> Iterator[tuple[Series, int]]:
    """Yield the series that an outcome adds to, and how much; 0 starts a series before its event."""
    before, key = outcome.before, (outcome.before.project, _campaign_of(outcome.before))
    if outcome.provider:
        yield from (((metrics.LABELS, (*key, outcome.provider, state)), 0) for state in metrics.LABEL_STATES)
    label = before.job.label
    for _, step in outcome.steps:
        if isinstance(step, LabelRow):
            yield (metrics.LABELS, (*key, outcome.provider, step.state)), 1
            yield (metrics.CLASS_LABELS, (before.project, step.label or label or "", step.state)), 1
            label = step.label
        else:
            yield (metrics.VOTE_REQUESTS, (step.action,)), 1
    if followed := _first_pass(outcome):
        yield (metrics.FIRST_PASS, (*key, followed)), 1
    if review := _review_change(outcome):
        yield (metrics.REVIEWS, (*key, review)), 1


def _stages_of(outcome: Outcome, now: datetime) -> Iterator[tuple[str, float]]:
    """Yield the stages that a sample completed, with the seconds since it arrived at ingest."""
    if outcome.after.received_at is None:
        return
    wait_s = max(0.0, (now - outcome.after.received_at).total_seconds())
    if outcome.after.voted and not outcome.before.voted:
        yield "first_vote", wait_s
    if any(isinstance(step, LabelRow) and step.state == "accepted" for _, step in outcome.steps):
        yield "accepted", wait_s


def _first_pass(outcome: Outcome) -> str | None:
    """Return what followed the first votes of a job; None if votes did not decide it, or did so before."""
    before, after = outcome.before, outcome.after
    if not _is_untouched(before) or after.job.decided or _is_untouched(after):
        return None
    following = {"accepted": "accepted", "open": "more_votes", "review": "review", "closed": "closed"}
    return following.get(after.job.state)


def _is_untouched(stored: StoredJob) -> bool:
    """Return whether nothing was requested or accepted so far."""
    return stored.job.state == "open" and stored.job.round == 0 and stored.revision == 0


def _review_change(outcome: Outcome) -> str | None:
    before, after = outcome.before.job, outcome.after.job
    if before.state == after.state or "review" not in (before.state, after.state):
        return None
    if after.state == "review":
        return "requested"
    return "decided" if after.decided else "cancelled"
