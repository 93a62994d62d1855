"""The order of classes, and labels that are numbers of columns."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.classes.order import classes_fact, column_numbers, ordered_classes


@given(st.lists(st.integers(-1000, 1000), unique=True))
def test_numbers_are_in_numeric_order_in_any_form(numbers: list[int]) -> None:
    for form in ("{}", "{}.0", "{}e0"):
        names = ordered_classes(form.format(number) for number in numbers)
        assert names == [form.format(number) for number in sorted(numbers)]


def test_names_are_in_alphabetical_order_as_soon_as_one_is_no_number() -> None:
    assert ordered_classes(["10", "9", "b", "a", "a"]) == ["10", "9", "a", "b"]
    assert ordered_classes(["nan", "10", "9"]) == ["10", "9", "nan"]


def test_huge_numbers_are_ordered_exactly() -> None:
    assert ordered_classes(["9007199254740993", "9007199254740992", "-1"])[1:] == [
        "9007199254740992", "9007199254740993",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("names", "columns", "numbers"),
    [
        (["6", "2"], 7, {"6": 6, "2": 2}),
        (["6.0", "2.00"], 7, {"6.0": 6, "2.00": 2}),
        (["00", "11"], 12, {"00": 0, "11": 11}),
        (["7"], 7, None),
        (["-1", "1"], 2, None),
        (["0.5", "1"], 2, None),
        (["007", "008"], 10, None),
        (["01067", "50667"], 80_000, {"01067": 1067, "50667": 50667}),
        (["cat"], 3, None),
    ],
)
def test_labels_are_numbers_of_columns_only_if_all_are(
    names: list[str], columns: int, numbers: dict[str, int] | None
) -> None:
    assert column_numbers(names, columns) == numbers


def test_the_phrase_names_the_order_and_cuts_many_names() -> None:
    assert classes_fact(["a", "b"]) == "2 classes in alphabetical order: a, b"
    many = classes_fact([str(number) for number in range(26)])
    assert many == "26 classes in numeric order: 0, 1, 2, 3, 4, 5, 6, 7, ..., 25"
    assert len(classes_fact(["x" * 500])) < 60
