"""The state machine of a job's label: changes, events to announce, and reasons."""

from dataclasses import dataclass, replace
from typing import Literal

from shoal.wording import format_count
from shoal_qa.domain.jobs.acceptance import AcceptanceRule, Belief, reason_of
from shoal_qa.domain.stopping.rule import Action

State = Literal["open", "accepted", "review", "closed", "erased"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The state of one job."""

    state: State
    votes_requested: int  # in all so far; never above `most`
    most: int
    round: int = 0  # number of requests so far
    label: str | None = None  # accepted now
    decided: bool = False  # by an expert: votes do not change it


@dataclass(frozen=True, slots=True)
class Accept:
    """The label is accepted, or revised if another one was accepted earlier."""

    label: str
    probability: float
    reason: str


@dataclass(frozen=True, slots=True)
class Withdraw:
    """The accepted label is withdrawn."""

    reason: str


@dataclass(frozen=True, slots=True)
class Request:
    """A request to the gateway: more votes (`votes` in all), an expert's review, or no further votes."""

    action: Literal["more", "review", "cancel"]
    votes: int
    round: int
    reason: str


Change = Accept | Withdraw | Request


def advance_job(job: Job, belief: Belief, rule: AcceptanceRule) -> tuple[Job, list[Change]]:
    """Return the job after its votes were evaluated, and the changes to announce, in order. Idempotent."""
    if job.decided or job.state == "erased":
        return job, []
    if job.state == "accepted":
        return _keep_or_withdraw(job, belief, rule)
    return _settle_job(job, belief, rule)


def _keep_or_withdraw(job: Job, belief: Belief, rule: AcceptanceRule) -> tuple[Job, list[Change]]:
    """Return a job with an accepted label after its votes were evaluated again."""
    if belief.action is Action.ACCEPT and belief.label != job.label:
        votes = format_count(belief.votes, "vote")
        reason = f"was {job.label}: now {belief.label} at {belief.probability:.2f} after {votes}"
        return replace(job, label=belief.label), [Accept(belief.label, belief.probability, reason[:200])]
    fallen = _withdrawn_for(job, belief, rule)
    if fallen is None:
        return job, []
    # Votes that were cancelled are requested again.
    again = max(belief.collected, rule.stopping.min_votes + belief.blocked)
    reopened = replace(job, state="open", label=None, votes_requested=min(again, job.most))
    after, changes = _settle_job(reopened, belief, rule, job.votes_requested)
    return after, [Withdraw(fallen), *changes]


def _withdrawn_for(job: Job, belief: Belief, rule: AcceptanceRule) -> str | None:
    """Return the reason to withdraw an accepted label; None if it stays."""
    if belief.votes < rule.stopping.min_votes:
        return f"{format_count(belief.votes, 'vote')} left, {rule.stopping.min_votes} needed"
    if rule.stays_from is None:
        return "gold certifies no threshold"
    if belief.label != job.label or belief.of_accepted < rule.stays_from:
        return f"probability fell to {belief.of_accepted:.2f} after {format_count(belief.votes, 'vote')}"
    return None


def _settle_job(
    job: Job, belief: Belief, rule: AcceptanceRule, requested: int | None = None
) -> tuple[Job, list[Change]]:
    """Return a job without an accepted label after its votes were evaluated.

    requested: votes of the last request, if they differ from `votes_requested`.
    """
    reason = reason_of(belief, rule.stopping)
    enough = min(belief.collected, job.most)  # a provider may return one vote more than requested
    if belief.action is Action.ACCEPT:
        accepted = replace(job, state="accepted", label=belief.label)
        changes: list[Change] = [Accept(belief.label, belief.probability, reason)]
        if job.state == "review" or job.votes_requested > enough:
            return _request_votes(replace(accepted, votes_requested=enough), "cancel", "accepted", changes)
        return accepted, changes
    if job.state != "open":
        return job, []
    if belief.collected < job.votes_requested:  # requested votes are outstanding
        again = requested is not None and job.votes_requested > requested
        requests = format_count(job.votes_requested, "vote")
        outstanding = f"{job.votes_requested - belief.collected} of {requests} outstanding"
        return _request_votes(job, "more", outstanding) if again else (job, [])
    if belief.action is Action.MORE:
        return _request_votes(replace(job, votes_requested=belief.collected + 1), "more", reason)
    if rule.has_experts:
        return _request_votes(replace(job, state="review", votes_requested=enough), "review", reason)
    return _request_votes(replace(job, state="closed", votes_requested=enough), "cancel", reason)


def _request_votes(
    job: Job, action: Literal["more", "review", "cancel"], reason: str, before: list[Change] | None = None
) -> tuple[Job, list[Change]]:
    numbered = replace(job, round=job.round + 1)
    return numbered, [*(before or []), Request(action, job.votes_requested, numbered.round, reason[:200])]


def settle_by_expert(job: Job, label: str, reviewer: str, collected: int) -> tuple[Job, list[Change]]:
    """Return the job with an expert's answer, which votes do not change; outstanding votes are cancelled."""
    changed = job.label != label or not job.decided
    after = replace(job, state="accepted", label=label, decided=True)
    changes: list[Change] = [Accept(label, 1.0, f"decided by {reviewer}"[:200])] if changed else []
    enough = min(collected, job.most)
    if job.state in ("open", "review") and (job.state == "review" or job.votes_requested > enough):
        return _request_votes(
            replace(after, votes_requested=enough), "cancel", "decided by an expert", changes
        )
    return after, changes


def without_expert(job: Job) -> Job:
    """Return the job after its expert's answer was deleted: votes decide again."""
    return replace(job, decided=False)
