"""Agreement by task and class against loops over pairs."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal_qa.domain.agreement.coincidences import by_class, by_task
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
