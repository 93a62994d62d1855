"""Which column of probabilities stands for which class."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.classes.columns import Columns, classes_option
from shoal.files.errors import BadInput

THREE = Columns(what="probabilities p", count=3)
NAMES = st.lists(st.text("abcXYZ,; '\"é", min_size=1, max_size=6), min_size=2, max_size=8, unique=True)


@given(NAMES, st.randoms())
def test_columns_with_names_are_found_in_any_order(names: list[str], random: object) -> None:
    turned = list(names)
    random.shuffle(turned)  # type: ignore[attr-defined]
    for columns in (
        Columns(what="p", count=len(names), named=turned),
        Columns(what="p", count=len(names), option=turned),
    ):
        classes = columns.classes_of(names)
        assert {name: classes.names[classes.index[name]] for name in names} == {name: name for name in names}
        assert list(classes.names) == turned


@pytest.mark.parametrize(
    ("labels", "names"),
    [
        (["2", "0"], ["0", "1", "2"]),
        (["2.0", "0.0"], ["0.0", "1.0", "2.0"]),
        (["1", "2", "3"], ["1", "2", "3"]),
        (["-1", "0", "1"], ["-1", "0", "1"]),
        (["9", "10", "100"], ["9", "10", "100"]),
        (["80331", "10115", "50667"], ["10115", "50667", "80331"]),
        (["007", "008", "009"], ["007", "008", "009"]),
        (["dog", "cat", "Eel"], ["Eel", "cat", "dog"]),
        (["2019", "2020", "2021"], ["2019", "2020", "2021"]),
    ],
)
def test_columns_without_names_are_numbers_or_labels_in_order(labels: list[str], names: list[str]) -> None:
    assert list(THREE.classes_of(labels).names) == names


@pytest.mark.parametrize(
    ("columns", "labels", "message"),
    [
        (THREE, ["cat", "dog"], "has 3 columns, but there are 2 classes in labels: give the classes in the order"),
        (THREE, ["0", "7"], "has 3 columns, but there are 2 classes"),
        (THREE, ["-1", "0", "1", "2"], "has 3 columns, but there are 4 classes"),
        (THREE, ["1", "1.0", "2"], "'1' and '1.0' are one number: write them alike, or join them"),
        (replace(THREE, option=["a", "b"]), ["a"], "has 3 columns, but there are 2 classes"),
        (replace(THREE, option=["a", "b", "b"]), ["a"], "2 classes ('b' is repeated)"),
        (replace(THREE, option=["a", "b", "c"]), ["d"], "label 'd' has no column of probabilities"),
        (replace(THREE, option=["0", "1", "2"]), ["1.0"], "label '1.0' ('1' in --classes) has no column"),
        (replace(THREE, named=["a", "b", "c"]), ["A", "b"], "'A' ('a' in probabilities p) has no column"),
        (replace(THREE, named=["a", "b", "c"]), ["cat", "dog", "eel"], "the columns are a, b, c"),
        (replace(THREE, named=["a", "b", "c"], option=["c", "b", "a"]), ["a"], "leave --classes out"),
        (replace(THREE, guess=False), ["a", "b", "c"], "does not name its 3 columns: give the classes"),
    ],
)  # fmt: skip
def test_classes_that_do_not_fit_are_refused(columns: Columns, labels: list[str], message: str) -> None:
    with pytest.raises(BadInput) as refused:
        columns.classes_of(labels)
    assert message in str(refused.value)


def test_names_that_only_count_the_columns_give_way_to_labels() -> None:
    for named in (["0", "1", "2"], ["p_1", "p_2", "p_3"], ["class0", "class1", "class2"]):
        assert list(replace(THREE, named=named).classes_of(["cat", "dog", "eel"]).names) == [
            "cat",
            "dog",
            "eel",
        ]
    assert list(replace(THREE, named=["2", "1", "0"]).classes_of(["0", "2"]).names) == ["2", "1", "0"]


def test_a_common_start_and_end_of_names_is_left_out() -> None:
    for named in (["prob_eel", "prob_cat", "prob_dog"], ["p(eel)", "p(cat)", "p(dog)"]):
        classes = replace(THREE, named=named).classes_of(["cat", "dog"])
        assert dict(classes.index) == {"cat": 1, "dog": 2}


def test_joined_spellings_find_their_column() -> None:
    classes = replace(THREE, named=["a", "b", "True"], join=True).classes_of(["A", "1"])
    assert dict(classes.index) == {"A": 0, "1": 2}
    assert dict(classes.joined) == {"A": "a", "1": "True"}


def test_the_option_quotes_commas_and_apostrophes() -> None:
    assert classes_option(["a", "b, c"]) == "--classes 'a,\"b, c\"'"
