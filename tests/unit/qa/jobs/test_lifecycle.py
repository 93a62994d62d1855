"""A job's life: never more votes than reserved, and a second look changes nothing."""

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from shoal_qa.domain.calibration.tempering import Tempering
from shoal_qa.domain.jobs.acceptance import AcceptanceRule, Belief
from shoal_qa.domain.jobs.lifecycle import Accept, Job, Request, Withdraw, advance_job, settle_by_expert
from shoal_qa.domain.stopping.crowd import Crowd
from shoal_qa.domain.stopping.next_steps import Foresight, next_steps
from shoal_qa.domain.stopping.rule import Action, StoppingRule

FORESIGHT = Foresight(Crowd(np.array([[[0.8, 0.2], [0.2, 0.8]]]), np.ones(1)), Tempering())
RULE = AcceptanceRule(StoppingRule(threshold=0.9, min_votes=2, max_votes=5, review_price=5), hysteresis=0.1)


def belief_of(
    probability: float,
    votes: int,
    most: int,
    rule: AcceptanceRule = RULE,
    label: str = "x",
    of_accepted: float = 0.0,
    blocked: int = 0,
) -> Belief:
    """Return what votes on one job of two classes amount to, with the action that the project's rule says."""
    left = np.array([min(most, rule.stopping.max_votes) - blocked], np.int32)
    shares = np.array([[probability, 1 - probability]])
    steps = next_steps(
        shares, np.array([votes], np.int32), most=left, rule=rule.stopping, foresight=FORESIGHT
    )
    return Belief(
        label=label,
        probability=probability,
        votes=votes,
        action=Action(int(steps.action[0])),
        reach=float(steps.reach[0]),
        of_accepted=of_accepted,
        blocked=blocked,
    )


beliefs = st.fixed_dictionaries(
    {
        "label": st.sampled_from(["x", "y"]),
        "probability": st.floats(0.5, 1.0),
        "votes": st.integers(0, 5),
        "of_accepted": st.floats(0.0, 1.0),
        "blocked": st.integers(0, 3),
    }
)
courses = st.lists(beliefs, max_size=8)
jobs = st.integers(1, 5).flatmap(
    lambda most: st.builds(
        Job, state=st.just("open"), votes_requested=st.integers(1, most), most=st.just(most)
    )
)


@given(jobs, courses)
def test_no_more_votes_are_asked_for_than_are_reserved(job: Job, course: list[dict[str, Any]]) -> None:
    for drawn in course:
        job, changes = advance_job(job, belief_of(most=job.most, **drawn), RULE)
        assert job.votes_requested <= job.most
        assert all(each.votes <= job.most for each in changes if isinstance(each, Request))


@given(jobs, courses)
def test_a_second_look_at_the_same_votes_changes_nothing(job: Job, course: list[dict[str, Any]]) -> None:
    for drawn in course:
        belief = belief_of(most=job.most, **drawn)
        job, _ = advance_job(job, belief, RULE)
        again, changes = advance_job(job, belief, RULE)
        if job.state == "accepted" and belief.of_accepted < 0.9 - 0.1:
            continue  # a belief of a label that was not accepted when it was formed
        assert (again, changes) == (job, [])


@given(jobs, courses)
def test_rounds_grow_with_every_request(job: Job, course: list[dict[str, Any]]) -> None:
    last = 0
    for drawn in course:
        job, changes = advance_job(job, belief_of(most=job.most, **drawn), RULE)
        for each in changes:
            if isinstance(each, Request):
                assert each.round == last + 1
                last = each.round


UNCERTIFIED = AcceptanceRule(StoppingRule(threshold=None, review_price=5))


@given(jobs, courses)
def test_without_a_threshold_nothing_is_accepted_and_budgets_hold(
    job: Job, course: list[dict[str, Any]]
) -> None:
    for drawn in course:
        belief = belief_of(most=job.most, rule=UNCERTIFIED, **drawn)
        job, changes = advance_job(job, belief, UNCERTIFIED)
        assert job.votes_requested <= job.most
        assert not any(isinstance(each, Accept) for each in changes)
        assert advance_job(job, belief, UNCERTIFIED) == (job, [])


def test_without_a_threshold_votes_are_bought_while_they_last_then_an_expert_looks() -> None:
    job, changes = advance_job(
        Job(state="open", votes_requested=2, most=3), belief_of(0.99, 2, 3, UNCERTIFIED), UNCERTIFIED
    )
    assert [(each.action, each.votes) for each in changes if isinstance(each, Request)] == [("more", 3)]
    job, _ = advance_job(job, belief_of(0.99, 3, 3, UNCERTIFIED), UNCERTIFIED)
    assert job.state == "review"
    job, changes = advance_job(job, belief_of(0.99, 3, 3), RULE)  # gold came, and certified one
    assert (job.state, job.label) == ("accepted", "x")


def test_without_a_threshold_a_goal_ends_the_votes() -> None:
    rule = AcceptanceRule(StoppingRule(threshold=None, goal=0.95, review_price=5))
    job, _ = advance_job(Job(state="open", votes_requested=2, most=5), belief_of(0.97, 2, 5, rule), rule)
    assert (job.state, job.votes_requested) == ("review", 2)


def test_labels_go_with_their_certificate_unless_its_threshold_is_held() -> None:
    accepted = Job(state="accepted", votes_requested=3, most=3, label="x")
    held = AcceptanceRule(StoppingRule(threshold=None, review_price=5), hysteresis=0.1, held=0.9)
    belief = belief_of(0.85, 3, 3, held, of_accepted=0.85)
    assert advance_job(accepted, belief, held) == (accepted, [])
    job, changes = advance_job(accepted, belief, UNCERTIFIED)
    assert (job.state, changes[0]) == ("review", Withdraw("gold certifies no threshold"))
    fallen = belief_of(0.7, 3, 3, held, of_accepted=0.7)
    assert isinstance(advance_job(accepted, fallen, held)[1][0], Withdraw)


def test_sure_after_enough_votes() -> None:
    job, changes = advance_job(Job(state="open", votes_requested=2, most=3), belief_of(0.95, 2, 3), RULE)
    assert job.label == "x"
    assert changes == [Accept("x", 0.95, "probability 0.95 after 2 votes reached 0.90")]


def test_an_accepted_label_is_withdrawn_when_its_votes_go() -> None:
    accepted = Job(state="accepted", votes_requested=2, most=3, label="x")
    job, changes = advance_job(accepted, belief_of(0.95, 1, 3, of_accepted=0.95), RULE)
    assert job.state == "open"
    assert isinstance(changes[0], Withdraw)


def test_an_expert_decides_for_good() -> None:
    job, changes = settle_by_expert(Job(state="review", votes_requested=3, most=3), "y", "dr. who", 3)
    assert [type(each) for each in changes] == [Accept, Request]  # the review's own tasks are cancelled
    assert advance_job(job, belief_of(0.99, 5, 5), RULE) == (job, [])
    assert settle_by_expert(job, "y", "dr. who", 3)[1] == []


def test_an_expert_ends_what_is_outstanding() -> None:
    job, changes = settle_by_expert(Job(state="open", votes_requested=3, most=3), "y", "dr. who", 1)
    assert job.votes_requested == 1
    assert [(each.action, each.votes) for each in changes if isinstance(each, Request)] == [("cancel", 1)]


def test_a_blocked_vote_was_bought_and_is_replaced() -> None:
    job, changes = advance_job(
        Job(state="open", votes_requested=2, most=3), belief_of(0.7, 1, 3, blocked=1), RULE
    )
    assert [(each.action, each.votes) for each in changes if isinstance(each, Request)] == [("more", 3)]
    job, _ = advance_job(job, belief_of(0.8, 2, 3, blocked=1), RULE)
    assert job.state == "review"  # three were bought, and more are not to be had


def test_votes_that_were_asked_for_are_waited_for() -> None:
    job, changes = advance_job(Job(state="open", votes_requested=3, most=3), belief_of(0.5, 2, 3), RULE)
    assert (job, changes) == (Job(state="open", votes_requested=3, most=3), [])


def test_what_votes_do_not_settle_is_closed_without_experts() -> None:
    rule = AcceptanceRule(StoppingRule())
    job, changes = advance_job(Job(state="open", votes_requested=5, most=5), belief_of(0.7, 5, 5, rule), rule)
    assert job.state == "closed"
    assert [each.action for each in changes if isinstance(each, Request)] == ["cancel"]


def test_two_votes_that_differ_lead_to_the_third_and_the_price_of_a_review_decides_it() -> None:
    """At 0.6 a vote for the label, right in 0.8 of cases, gives 0.73: enough for 0.7 and not for 0.9."""
    for threshold, price, state in ((0.7, 5.0, "open"), (0.9, 5.0, "review"), (0.7, 1.5, "review")):
        rule = AcceptanceRule(StoppingRule(threshold=threshold, max_votes=3, review_price=price))
        job, changes = advance_job(
            Job(state="open", votes_requested=2, most=3), belief_of(0.6, 2, 3, rule), rule
        )
        assert (job.state, job.votes_requested) == (state, 3 if state == "open" else 2)
        (request,) = (each for each in changes if isinstance(each, Request))
        assert "chance of 0" in request.reason
