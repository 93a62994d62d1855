"""Budgets are hard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal_sampler.domain.campaigns.budget import Ledger


@given(
    st.integers(0, 50),
    st.none() | st.integers(0, 20),
    st.lists(st.tuples(st.integers(1, 9), st.integers(1, 3)), max_size=60),
)
def test_no_order_of_reservations_exceeds_either_limit(
    votes: int, day: int | None, asked: list[tuple[int, int]]
) -> None:
    ledger = Ledger(votes, day)
    granted = [(v, d) for v, d in asked if ledger.reserve(v, d) is None]
    assert sum(v for v, _ in granted) == ledger.votes <= votes
    assert day is None or sum(d for _, d in granted) <= day
    assert ledger.jobs == len(granted)
    assert ledger.votes_left == votes - ledger.votes


def test_a_refusal_names_the_limit_and_reserves_nothing() -> None:
    ledger = Ledger(3, 1)
    assert ledger.reserve(4) == "budget_spent"
    assert ledger.reserve(2, 2) == "day_cap_reached"
    assert (ledger.votes_left, ledger.day_left, ledger.jobs) == (3, 1, 0)


def test_a_policy_without_limits_never_refuses() -> None:
    ledger = Ledger(None)
    assert [ledger.reserve(5) for _ in range(10)] == [None] * 10
    assert ledger.votes == 50


def test_a_job_without_votes_is_a_mistake() -> None:
    with pytest.raises(ValueError):
        Ledger(5).reserve(0)
