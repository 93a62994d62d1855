"""Agreement by task and class against loops over pairs; distances of answers with regions, by hand."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal_qa.domain.agreement.coincidences import by_class, by_task
from shoal_qa.domain.agreement.regions import Regions, region_distance
from shoal_qa.domain.votes.arrays import VoteArrays
from unit.qa.crowds import honest
from unit.qa.oracles import pairwise_agreement

answers = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3)), min_size=1, max_size=25)


def votes_of(rows: list[tuple[int, int]]) -> VoteArrays:
    task, label = (np.array(each, np.int32) for each in zip(*rows, strict=True))
    return VoteArrays(
        task=task,
        annotator=np.arange(len(rows), dtype=np.int32),
        label=label,
        tasks=6,
        annotators=len(rows),
        classes=4,
    )


@settings(max_examples=60, deadline=None)
@given(answers)
def test_classes_and_tasks_are_what_a_loop_over_pairs_says(rows: list[tuple[int, int]]) -> None:
    votes = votes_of(rows)
    coincidences = np.zeros((4, 4))
    apart: list[list[float]] = [[] for _ in range(6)]
    for i, j in permutations(range(len(rows)), 2):
        if rows[i][0] == rows[j][0]:
            n = sum(task == rows[i][0] for task, _ in rows)
            coincidences[rows[i][1], rows[j][1]] += 1 / (n - 1)
            apart[rows[i][0]].append(float(rows[i][1] != rows[j][1]))
    found = by_class(votes)
    tasks = by_task(votes.task, 6, lambda i, j: (votes.label[i] != votes.label[j]).astype(float))
    for k in range(4):
        total = coincidences[k].sum()
        others = coincidences[k] * (np.arange(4) != k)
        if not total:
            assert np.isnan(found.agreement[k])
        else:
            assert found.agreement[k] == pytest.approx(coincidences[k, k] / total)
        if others.max() > 0:
            assert others[found.confused[k]] == pytest.approx(others.max())
            assert found.confused_share[k] == pytest.approx(others.max() / total)
        else:
            assert found.confused[k] == -1
    for task in range(6):
        expected = np.mean(apart[task]) if apart[task] else np.nan
        assert tasks.apart[task] == pytest.approx(expected, nan_ok=True)
    agreed = pairwise_agreement(votes)
    mean = tasks.mean()
    assert (mean is None) == (agreed is None)
    if mean is not None and agreed is not None:
        assert 1 - mean == pytest.approx(agreed)


def test_the_worst_tasks_come_first() -> None:
    votes = votes_of([(0, 0), (0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2), (3, 0)])
    tasks = by_task(votes.task, 6, lambda i, j: (votes.label[i] != votes.label[j]).astype(float))
    assert tasks.worst(10).tolist() == [2, 1, 0]
    assert tasks.worst(1).tolist() == [2]


def test_chunks_do_not_change_the_sums(monkeypatch: pytest.MonkeyPatch) -> None:
    votes = honest(0).votes
    whole = by_class(votes)
    monkeypatch.setattr("shoal_qa.domain.agreement.coincidences.CHUNK", 37)
    parts = by_class(votes)
    assert parts.agreement == pytest.approx(whole.agreement)
    assert parts.confused.tolist() == whole.confused.tolist()


def regions(*rows: tuple[float, float, float, float, int]) -> Regions:
    table = np.array(rows, np.float64).reshape(-1, 5)
    return Regions(table[:, :4], table[:, 4].astype(np.int32))


def test_regions_by_hand() -> None:
    one = regions((0, 0, 2, 1, 0), (5, 0, 6, 1, 0))
    assert region_distance(one, one) == 0
    assert region_distance(one, regions()) == 1
    assert region_distance(regions(), regions()) == 0
    half = regions((1, 0, 3, 1, 0))  # a third of the first box's union, nothing of the second
    assert region_distance(one, half) == pytest.approx(1 - (1 / 3) / 2)
    assert region_distance(half, one) == region_distance(one, half)
    assert region_distance(one, regions((0, 0, 2, 1, 1))) == 1  # another class never matches
    near = regions((0, 0, 2, 1, 0), (0, 0, 2, 1, 0))  # twice the same: only one of them matches
    assert region_distance(one, near) == pytest.approx(1 - 1 / 3)


def test_regions_match_so_that_the_overlaps_add_up_to_most() -> None:
    """Matching the best pair first (0.6) would leave nothing for the others; crosswise they have 0.5 and
    0.25.
    """
    one, other = regions((0, 0, 8, 1, 0), (8, 0, 10, 1, 0)), regions((2, 0, 10, 1, 0), (0, 0, 4, 1, 0))
    assert region_distance(one, other) == pytest.approx(1 - (4 / 8 + 2 / 8) / 2)
