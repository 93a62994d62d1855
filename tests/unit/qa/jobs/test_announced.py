"""A job of which only announcements are left comes to the state from which they were made."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from shoal_qa.domain.jobs.announced import AnnouncedLabel, job_as_announced
from shoal_qa.domain.jobs.lifecycle import Accept, Job, Request, Withdraw, advance_job, settle_by_expert
from unit.qa.jobs.test_lifecycle import RULE, belief_of

START = Job(state="open", votes_requested=2, most=5)


@st.composite
def lives(draw: st.DrawFn) -> tuple[Job, AnnouncedLabel | None, Request | None]:
    """Return a job after some evaluations, with the last label and the last request that were announced."""
    job, label, request = START, None, None
    for _ in range(draw(st.integers(0, 6))):
        if draw(st.integers(0, 5)) == 0:
            job, changes = settle_by_expert(job, draw(st.sampled_from("xy")), "qa/boss", job.votes_requested)
        else:
            votes = draw(st.integers(0, 5))
            belief = belief_of(draw(st.floats(0.5, 1)), votes, job.most, label=draw(st.sampled_from("xy")))
            job, changes = advance_job(job, belief, RULE)
        for change in changes:
            if isinstance(change, Accept):
                label = AnnouncedLabel(change.label, job.decided)
            elif isinstance(change, Withdraw):
                label = AnnouncedLabel(None, decided=False)
            else:
                request = change
    return job, label, request


@settings(max_examples=300)
@given(lives())
def test_announcements_bring_a_job_back(life: tuple[Job, AnnouncedLabel | None, Request | None]) -> None:
    job, label, request = life
    found = job_as_announced(START, label, request)
    assert replace(found, votes_requested=job.votes_requested) == job
    if label is None:
        assert found.votes_requested == job.votes_requested


def test_an_erased_job_stays_erased() -> None:
    erased = Job(state="erased", votes_requested=2, most=5)
    request = Request("more", 3, 1, "one more")
    assert job_as_announced(erased, AnnouncedLabel("x", decided=False), request) == erased
