"""The cap stands between a bad deployment and a drained topic."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.messaging.consuming.cap import DeadLetterCap
from shoal.messaging.consuming.consumer import CapPolicy
from shoal.messaging.errors import DeadLetterCapExceeded

POLICY = CapPolicy(max_consecutive=5, max_ratio=0.5, window=20)


def admitted(batches: list[list[bool]]) -> list[bool]:
    """Return the outcomes that passed, batch by batch, until the cap closed."""
    cap = DeadLetterCap(POLICY)
    passed: list[bool] = []
    for batch in batches:
        try:
            cap.check(batch)
        except DeadLetterCapExceeded:
            break
        cap.record(batch)
        passed += batch
    return passed


@given(st.lists(st.lists(st.booleans(), max_size=12), max_size=30))
def test_the_cap_closes_exactly_when_the_policy_is_exceeded(batches: list[list[bool]]) -> None:
    passed = admitted(batches)
    assert not too_many_in_a_row(passed)
    tried: list[bool] = []
    for batch in batches:
        tried += batch
        if len(tried) > len(passed):
            assert too_many_in_a_row(tried) or (len(tried) >= 20 and sum(tried[-20:]) > 10)
            break


def too_many_in_a_row(outcomes: list[bool]) -> bool:
    return any(all(outcomes[i : i + 6]) for i in range(len(outcomes) - 5))


def test_the_ratio_counts_from_a_full_window() -> None:
    cap = DeadLetterCap(POLICY)
    half = [True, False] * 9
    cap.check(half)
    cap.record(half)
    cap.check([True, False])
    with pytest.raises(DeadLetterCapExceeded, match="11 of the last 20"):
        cap.check([True, True])


def test_a_batch_that_was_not_refused_after_all_is_not_remembered() -> None:
    cap = DeadLetterCap(POLICY)
    for _ in range(10):
        cap.check([True] * 5)
    cap.record([True] * 5)
    with pytest.raises(DeadLetterCapExceeded):
        cap.check([True])
