"""Waits between tries double to a bound, and half of each is random."""

import pytest

from shoal.backoff import Backoff


@pytest.mark.parametrize("jitter", [0.0, 0.5, 0.999])
def test_waits_double_from_the_first_to_the_longest(jitter: float) -> None:
    backoff = Backoff(first_s=1, longest_s=8, jitter=lambda: jitter)
    waits = [backoff.wait_s(failures) for failures in (1, 2, 3, 4, 5, 10_000)]
    assert waits == pytest.approx([(0.5 + jitter / 2) * longest for longest in (1, 2, 4, 8, 8, 8)])


def test_two_replicas_wait_for_different_times() -> None:
    backoff = Backoff(first_s=1, longest_s=8)
    assert len({backoff.wait_s(3) for _ in range(20)}) > 1
