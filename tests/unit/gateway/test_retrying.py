"""Waits between attempts, and the last attempt."""

from hypothesis import given
from hypothesis import strategies as st

from shoal_gateway.domain.retrying import LONGEST_WAIT_S, attempts_exhausted, wait_s


@given(st.integers(1, 1000), st.floats(0, 1))
def test_waits_are_bounded(attempt: int, jitter: float) -> None:
    assert 0.5 <= wait_s(attempt, retry_after_s=None, jitter=jitter) <= LONGEST_WAIT_S


@given(st.integers(1, 30), st.floats(0, 1), st.floats(0, 3600))
def test_retry_after_is_a_lower_bound(attempt: int, jitter: float, asked: float) -> None:
    assert wait_s(attempt, retry_after_s=asked, jitter=jitter) >= asked


def test_a_vendor_cannot_ask_us_to_wait_for_a_week() -> None:
    assert wait_s(1, retry_after_s=7 * 86400, jitter=0) == 3600


def test_a_call_is_parked_after_its_last_attempt() -> None:
    assert not attempts_exhausted(11)
    assert attempts_exhausted(12)
