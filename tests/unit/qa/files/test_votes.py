"""Votes out of files against a loop over rows."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shoal.files.errors import BadInput
from shoal_qa.adapters.files.answers import match_answers, with_classes_of
from shoal_qa.adapters.files.votes import Columns, Gold, read_votes
from unit.qa.fileskit import write

names = st.sampled_from(["a", "b ", " c", "d,e", 'f"g', "é"])
rows = st.lists(
    st.tuples(names, names, st.sampled_from(["", "x", "y", " y"]), st.integers(0, 3)), max_size=12
)
folder_stays = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@folder_stays
@given(rows, st.booleans())
def test_votes_are_what_a_loop_over_rows_says(
    tmp_path: Path, found: list[tuple[str, str, str, int]], timed: bool
) -> None:
    """The last row with a label counts, by time where it is known, else and among equals by place."""
    file = tmp_path / "votes.csv"
    write(str(file), "task,worker,label,at", found)
    last: dict[tuple[str, str], tuple[int, str]] = {}
    for task, worker, label, at in found:
        pair = (task.strip(), worker.strip())
        if label.strip() and (pair not in last or not timed or at >= last[pair][0]):
            last[pair] = (at, label.strip())
    told: list[str] = []
    columns = Columns(at="at" if timed else None)
    if not last:
        with pytest.raises(BadInput, match="has no votes"):
            read_votes(file, columns, told.append)
        return
    got = read_votes(file, columns, told.append)
    named, votes = got.named, got.named.votes
    read = {
        (named.tasks[t], named.annotators[a]): named.classes[c]
        for t, a, c in zip(votes.task, votes.annotator, votes.label, strict=True)
    }
    assert len(votes) == len(read) == len(last)
    assert read == {pair: label for pair, (_, label) in last.items()}
    assert named.tasks == sorted({task.strip() for task, _, _, _ in found})
    answered = [row for row in found if row[2].strip()]
    assert any("without a label" in line for line in told) == (len(answered) < len(found))
    assert any("of repeated votes" in line for line in told) == (len(last) < len(answered))
    assert [found[row][2].strip() for row in got.row] == [named.classes[c] for c in votes.label]
    if got.at is not None:
        assert got.at.tolist() == [found[row][3] for row in got.row]


@folder_stays
@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(
    tmp_path: Path, found: list[tuple[str, str, str, int]], random: object
) -> None:
    once = list(
        {
            (task.strip(), worker.strip()): row for row in found for task, worker in [row[:2]] if row[2]
        }.values()
    )
    if not once:
        return
    turned = once.copy()
    random.shuffle(turned)  # type: ignore[attr-defined]
    arrays = []
    for each in (once, turned):
        write(str(tmp_path / "votes.csv"), "task,worker,label,at", each)
        votes = read_votes(tmp_path / "votes.csv", Columns(), lambda _: None).named.votes
        arrays.append([votes.task.tolist(), votes.annotator.tolist(), votes.label.tolist()])
    assert arrays[0] == arrays[1]


def test_classes_are_those_of_votes_and_gold_on_tasks_with_votes(tmp_path: Path) -> None:
    write(str(tmp_path / "votes.csv"), "task,worker,label", [("a", "w", "x"), ("b", "w", "z")])
    votes = read_votes(tmp_path / "votes.csv", Columns(), lambda _: None)
    warnings: list[str] = []
    answers = match_answers(Gold({"a": "q", "b": "z", "c": "n"}), votes, warnings.append)
    named = with_classes_of(votes, answers).named
    assert named.classes == ["q", "x", "z"]
    assert named.votes.label.tolist() == [1, 2]
    assert answers.classes(named).tolist() == [0, 2]
    assert "1 of 3 tasks have no votes, for example 'c'" in warnings[0]
    assert "1 of 2 labels were never voted ('q' in gold; 'x', 'z' in the votes)" in warnings[1]


def test_classes_that_are_numbers_are_in_numeric_order(tmp_path: Path) -> None:
    rows = [(str(k), "w", f"{k}.0") for k in range(12)]
    write(str(tmp_path / "votes.csv"), "task,worker,label", rows)
    named = read_votes(tmp_path / "votes.csv", Columns(), lambda _: None).named
    assert named.classes == [f"{k}.0" for k in range(12)]
    by_task = dict(zip([named.tasks[t] for t in named.votes.task], named.votes.label.tolist(), strict=True))
    assert by_task == {str(k): k for k in range(12)}
