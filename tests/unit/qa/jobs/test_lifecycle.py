"""A job's life: never more votes than reserved, and a second look changes nothing."""

from hypothesis import given
from hypothesis import strategies as st

from shoal_qa.domain.jobs.acceptance import AcceptanceRule, Belief
from shoal_qa.domain.jobs.lifecycle import Accept, Job, Request, Withdraw, advance, settle_by_expert

RULE = AcceptanceRule(min_votes=2, max_votes=5, threshold=0.9, hysteresis=0.1)
beliefs = st.builds(
    Belief,
    label=st.sampled_from(["x", "y"]),
    probability=st.floats(0.3, 1.0),
    votes=st.integers(0, 5),
    hope=st.floats(0.3, 1.0),
    of_accepted=st.floats(0.0, 1.0),
    blocked=st.integers(0, 3),
)
jobs = st.integers(1, 5).flatmap(
    lambda most: st.builds(Job, state=st.just("open"), wanted=st.integers(1, most), most=st.just(most))
)


@given(jobs, st.lists(beliefs, max_size=8))
def test_no_more_votes_are_asked_for_than_are_reserved(job: Job, course: list[Belief]) -> None:
    for belief in course:
        job, changes = advance(job, belief, RULE)
        assert job.wanted <= job.most
        assert all(each.votes <= job.most for each in changes if isinstance(each, Request))


@given(jobs, st.lists(beliefs, min_size=1, max_size=8))
def test_a_second_look_at_the_same_votes_changes_nothing(job: Job, course: list[Belief]) -> None:
    for belief in course:
        job, _ = advance(job, belief, RULE)
        again, changes = advance(job, belief, RULE)
        if job.state == "accepted" and belief.of_accepted < RULE.threshold - RULE.hysteresis:
            continue  # a belief of a label that was not accepted when it was formed
        assert (again, changes) == (job, [])


@given(jobs, st.lists(beliefs, max_size=8))
def test_rounds_grow_with_every_request(job: Job, course: list[Belief]) -> None:
    last = 0
    for belief in course:
        job, changes = advance(job, belief, RULE)
        for each in changes:
            if isinstance(each, Request):
                assert each.round == last + 1
                last = each.round


UNCERTIFIED = AcceptanceRule(2, 5, threshold=None)


@given(jobs, st.lists(beliefs, max_size=8))
def test_without_a_threshold_nothing_is_accepted_and_budgets_hold(job: Job, course: list[Belief]) -> None:
    for belief in course:
        job, changes = advance(job, belief, UNCERTIFIED)
        assert job.wanted <= job.most
        assert not any(isinstance(each, Accept) for each in changes)
        assert advance(job, belief, UNCERTIFIED) == (job, [])


def test_without_a_threshold_votes_are_bought_while_they_last_then_an_expert_looks() -> None:
    job, changes = advance(Job("open", 2, 3), Belief("x", 0.99, 2, hope=0.99), UNCERTIFIED)
    assert [(each.action, each.votes) for each in changes if isinstance(each, Request)] == [("more", 3)]
    job, _ = advance(job, Belief("x", 0.99, 3), UNCERTIFIED)
    assert job.state == "review"
    job, changes = advance(job, Belief("x", 0.99, 3), RULE)  # gold came, and certified one
    assert (job.state, job.label) == ("accepted", "x")


def test_labels_go_with_their_certificate_unless_its_threshold_is_held() -> None:
    accepted, belief = Job("accepted", 3, 3, label="x"), Belief("x", 0.85, 3, of_accepted=0.85)
    held = AcceptanceRule(2, 5, threshold=None, hysteresis=0.1, held=0.9)
    assert advance(accepted, belief, held) == (accepted, [])
    job, changes = advance(accepted, belief, UNCERTIFIED)
    assert (job.state, changes[0]) == ("review", Withdraw("gold certifies no threshold"))
    fallen = Belief("x", 0.7, 3, of_accepted=0.7)
    assert isinstance(advance(accepted, fallen, held)[1][0], Withdraw)


def test_sure_after_enough_votes() -> None:
    job, changes = advance(Job("open", 2, 3), Belief("x", 0.95, 2), RULE)
    assert job.label == "x"
    assert changes == [Accept("x", 0.95, "probability 0.95 after 2 votes reached 0.90")]


def test_an_accepted_label_is_withdrawn_when_its_votes_go() -> None:
    accepted = Job("accepted", 2, 3, label="x")
    job, changes = advance(accepted, Belief("x", 0.95, 1, of_accepted=0.95), RULE)
    assert job.state == "open"
    assert isinstance(changes[0], Withdraw)


def test_an_expert_decides_for_good() -> None:
    job, changes = settle_by_expert(Job("review", 3, 3), "y", "dr. who", 3)
    assert [type(each) for each in changes] == [Accept, Request]  # the review's own tasks are cancelled
    assert advance(job, Belief("x", 0.99, 5), RULE) == (job, [])
    assert settle_by_expert(job, "y", "dr. who", 3)[1] == []


def test_an_expert_ends_what_is_outstanding() -> None:
    job, changes = settle_by_expert(Job("open", 3, 3), "y", "dr. who", 1)
    assert job.wanted == 1
    assert [(each.action, each.votes) for each in changes if isinstance(each, Request)] == [("cancel", 1)]


def test_a_blocked_vote_was_bought_and_is_replaced() -> None:
    job, changes = advance(Job("open", 2, 3), Belief("x", 0.7, 1, blocked=1), RULE)
    assert [(each.action, each.votes) for each in changes if isinstance(each, Request)] == [("more", 3)]
    job, _ = advance(job, Belief("x", 0.8, 2, blocked=1), RULE)
    assert job.state == "review"  # three were bought, and more are not to be had
