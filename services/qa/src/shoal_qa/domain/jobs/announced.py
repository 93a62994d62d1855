"""The state of a job whose later changes are known from their announcements only."""

from dataclasses import dataclass, replace

from shoal_qa.domain.jobs.lifecycle import Job, Request, State

OF_ACCEPTANCE = ("accepted", "decided by an expert")
"""Reasons of requests that go with a label: one that was withdrawn was withdrawn after them."""

_STATES: dict[str, State] = {"more": "open", "review": "review", "cancel": "closed"}


@dataclass(frozen=True, slots=True)
class AnnouncedLabel:
    """The newest announced revision of a label; None if it was withdrawn. decided: by an expert."""

    label: str | None
    decided: bool


def job_as_announced(job: Job, label: AnnouncedLabel | None, request: Request | None) -> Job:
    """Return the job after announcements that are newer than its state; None: there was none.

    Rounds go on after the last one that was announced, because receivers ignore requests of earlier rounds.
    After a label was announced, `votes_requested` may differ from before: an acceptance does not announce it.
    The next request corrects it, and providers count requests as totals.
    """
    if job.state == "erased":
        return job
    if request is not None:
        votes = min(request.votes, job.most)
        state = _STATES[request.action] if job.label is None or label is not None else job.state
        job = replace(job, round=request.round, votes_requested=votes, state=state)
    if label is None:
        return job
    if label.label is not None:
        return replace(job, state="accepted", label=label.label, decided=label.decided)
    reopened = request is None or request.reason in OF_ACCEPTANCE
    return replace(job, state="open" if reopened else job.state, label=None, decided=False)
