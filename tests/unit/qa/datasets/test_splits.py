"""Splits by the hash of a group or sample: stable, and as large as asked."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal_qa.domain.splits import check_shares, split_of

SHARES = {"train": 0.8, "validation": 0.1, "test": 0.1}
keys = st.text(min_size=1, max_size=30)
seeds = st.integers(0, 2**63 - 1)


@given(keys, seeds)
def test_a_key_has_one_split_whatever_else_is_there(key: str, seed: int) -> None:
    assert split_of(key, SHARES, seed) == split_of(key, dict(SHARES), seed)
    assert split_of(key, {"all": 1.0}, seed) == "all"


@given(keys, seeds, st.floats(0.05, 0.9))
def test_a_larger_share_keeps_the_keys_of_a_smaller_one(key: str, seed: int, share: float) -> None:
    small = {"train": share, "test": 1 - share}
    large = {"train": share + 0.05, "test": 0.95 - share}
    if split_of(key, small, seed) == "train":
        assert split_of(key, large, seed) == "train"


def test_splits_have_their_shares_and_seeds_differ() -> None:
    splits = [split_of(f"s{number}", SHARES, 7) for number in range(20_000)]
    shares = {name: count / 20_000 for name, count in Counter(splits).items()}
    assert shares == pytest.approx(SHARES, abs=0.01)
    other = [split_of(f"s{number}", SHARES, 8) for number in range(20_000)]
    same = sum(one == two for one, two in zip(splits, other, strict=True)) / 20_000
    assert same == pytest.approx(0.66, abs=0.02)  # 0.8 squared and twice 0.1 squared, as if drawn apart


@pytest.mark.parametrize("shares", [{}, {"a": 0.0, "b": 1.0}, {"a": 0.4, "b": 0.4}, {"a": -1.0, "b": 2.0}])
def test_shares_that_do_not_add_up_are_refused(shares: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="share"):
        check_shares(shares)
