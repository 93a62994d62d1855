"""Choices of claims: what is taken, and with which probability."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal_qa.domain.answers.choosing import choose_alternatives, choose_objects, unseen_objects

SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def test_independent_claims_are_taken_from_one_half_on() -> None:
    choice = choose_alternatives(np.arange(3), np.array([0.9, 0.4, 0.8]))
    assert choice.claims.tolist() == [0, 2]
    assert choice.probability == pytest.approx((0.9 * 0.6 * 0.8) ** (1 / 3**0.5))


def test_of_a_group_the_most_probable_claim_is_taken_if_it_is_likelier_than_none() -> None:
    group = np.array([0, 0, 1, 1])
    choice = choose_alternatives(group, np.array([0.3, 0.45, 0.2, 0.1]))
    assert choice.claims.tolist() == [1]  # none of the first group has 0.25, none of the second 0.7
    assert choice.probability == pytest.approx((0.45 * 0.7) ** (1 / 2**0.5))


def test_shares_of_a_group_that_add_up_to_more_than_one_are_divided() -> None:
    choice = choose_alternatives(np.zeros(2, np.int32), np.array([0.9, 0.6]))
    assert choice.claims.tolist() == [0]
    assert choice.probability == pytest.approx(0.6)


def test_an_object_counts_if_it_is_likelier_there_with_its_class_than_not_there() -> None:
    present, group = np.array([0.95]), np.array([0, 0])
    likely = choose_objects(present, group, np.array([0.6, 0.3]))
    assert likely.claims.tolist() == [0]
    assert likely.probability == pytest.approx(0.95 * 0.6)
    unsure = choose_objects(np.array([0.7]), group, np.array([0.5, 0.4]))
    assert unsure.claims.tolist() == [0]
    assert unsure.probability == pytest.approx(0.35)
    absent = choose_objects(np.array([0.6]), group, np.array([0.5, 0.4]))
    assert not len(absent.claims)
    assert absent.probability == pytest.approx(0.4)


def test_an_unlikely_object_is_left_out() -> None:
    choice = choose_objects(np.array([0.9, 0.2]), np.array([0, 1]), np.array([1.0, 1.0]))
    assert choice.claims.tolist() == [0]
    assert choice.probability == pytest.approx((0.9 * 0.8) ** (1 / 2**0.5))


def test_without_claims_the_answer_is_empty_and_sure() -> None:
    nothing = np.empty(0)
    assert choose_alternatives(nothing.astype(np.int32), nothing).probability == 1.0
    assert not len(choose_objects(nothing, nothing.astype(np.int32), nothing).claims)


@given(SHARES, st.data())
def test_probabilities_lie_between_0_and_1_and_a_group_gives_at_most_one(
    shares: list[float], data: st.DataObject
) -> None:
    believed = np.array(shares)
    raw = data.draw(st.lists(st.integers(0, 3), min_size=len(shares), max_size=len(shares)))
    group = np.unique(sorted(raw), return_inverse=True)[1]
    choice = choose_alternatives(group, believed)
    assert 0 <= choice.probability <= 1
    assert len(set(group[choice.claims].tolist())) == len(choice.claims)


def test_unseen_objects_become_rare_with_more_annotators() -> None:
    assert unseen_objects(np.array([0.8]), 2.0) == pytest.approx(0.4)
    assert unseen_objects(np.array([0.8, 0.5]), 2.0) == pytest.approx(0.2)
    assert unseen_objects(np.array([1.0]), 2.0) == 0
