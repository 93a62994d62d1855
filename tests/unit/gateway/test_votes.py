"""The number of votes that a job may request: never more than reserved, under any replay in any order."""

from hypothesis import given
from hypothesis import strategies as st

from shoal_gateway.domain.votes import Demand, Request, annotators_needed, apply_request, merge_demand

REQUESTS = st.builds(
    Request,
    action=st.sampled_from(["more", "review", "cancel"]),
    votes=st.integers(0, 100),
    round=st.integers(1, 6),
)
WANTED = st.integers(1, 20).flatmap(
    lambda most: st.builds(Demand, votes=st.integers(1, most), max_votes=st.just(most))
)


def run(wanted: Demand, requests: list[Request]) -> Demand:
    for request in requests:
        wanted = apply_request(wanted, request).demand
    return wanted


@given(WANTED, st.lists(REQUESTS, max_size=12))
def test_votes_never_exceed_the_reservation_and_never_shrink(wanted: Demand, requests: list[Request]) -> None:
    end = run(wanted, requests)
    assert wanted.votes <= end.votes <= wanted.max_votes


@given(WANTED, st.lists(REQUESTS, max_size=8))
def test_a_replay_of_the_whole_log_changes_nothing(wanted: Demand, requests: list[Request]) -> None:
    log = sorted(requests, key=lambda request: request.round)
    once = run(wanted, log)
    assert run(once, log) == once


@given(WANTED, st.lists(REQUESTS, max_size=8))
def test_nothing_reopens_a_closed_job_but_a_later_round(wanted: Demand, requests: list[Request]) -> None:
    closed = apply_request(wanted, Request("cancel", 0, 6)).demand
    for request in requests:
        effect = apply_request(closed, request)
        assert (effect.extended, effect.review, effect.cancelled) == (False, False, False)
        assert effect.demand.closed
    assert not merge_demand(closed, 100, 100).extended


def test_a_later_round_opens_a_closed_job_again() -> None:
    closed = apply_request(Demand(2, 5), Request("cancel", 0, 1)).demand
    effect = apply_request(closed, Request("more", 3, 2))
    assert (effect.extended, effect.demand.closed, effect.demand.votes) == (True, False, 3)


def test_more_asks_for_a_total() -> None:
    first = apply_request(Demand(2, 5), Request("more", 3, 1))
    again = apply_request(first.demand, Request("more", 3, 1))
    assert (first.extended, first.demand.votes) == (True, 3)
    assert (again.extended, again.demand.votes) == (False, 3)


def test_a_late_request_of_an_earlier_round_is_stale() -> None:
    third = apply_request(Demand(2, 5), Request("more", 4, 3)).demand
    assert not apply_request(third, Request("cancel", 0, 2)).cancelled


def test_a_second_campaign_may_raise_the_ceiling() -> None:
    effect = merge_demand(Demand(2, 3), votes=5, max_votes=5)
    assert (effect.extended, effect.demand.votes, effect.demand.max_votes) == (True, 5, 5)


def test_a_provider_that_counts_skips_is_asked_for_a_replacement() -> None:
    assert annotators_needed(3, 2, replaces_skips=False) == 5
    assert annotators_needed(3, 2, replaces_skips=True) == 3
