"""Projects take turns at the encoder."""

from hypothesis import given
from hypothesis import strategies as st

from shoal_embedder.adapters.pictures.turns import Turns


def test_a_project_with_thousands_of_items_does_not_hold_up_another() -> None:
    turns: Turns[str] = Turns()
    for number in range(5000):
        turns.add("large", f"large {number}")
    turns.add("small", "small 0")
    assert turns.take(32)[:3] == ["large 0", "small 0", "large 1"]


@given(st.lists(st.sampled_from("abc"), max_size=50), st.integers(1, 7))
def test_every_item_is_taken_once_and_those_of_a_project_in_order(projects: list[str], most: int) -> None:
    turns: Turns[tuple[str, int]] = Turns()
    for number, project in enumerate(projects):
        turns.add(project, (project, number))
    taken: list[tuple[str, int]] = []
    while turns:
        part = turns.take(most)
        assert 0 < len(part) <= most
        taken += part
    assert sorted(number for _, number in taken) == list(range(len(projects)))
    for project in "abc":
        numbers = [number for name, number in taken if name == project]
        assert numbers == sorted(numbers)
