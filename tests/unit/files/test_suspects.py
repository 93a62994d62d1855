"""Warnings about names that may be one name, and about text in a wrong encoding."""

import pytest

from shoal.files.columns import column_of
from shoal.files.spelling import joined_names, look_alikes
from shoal.files.suspects import (
    garbled_warning,
    label_warnings,
    quoted_warning,
    resemblance_warning,
    spelling_warning,
)


@pytest.mark.parametrize(
    "names",
    [
        ("cat", "Cat"),
        ("cat", "'cat'"),
        ("cat", "\u201ccat\u201d"),
        ("True", "1"),
        ("0", "false"),
        ("1", "1.0"),
        ("1,0", "1,00"),
        ("e\u0301", "\u00e9"),
    ],
)
def test_names_that_differ_in_spelling_only_are_one_when_they_are_joined(names: tuple[str, str]) -> None:
    column = column_of(names).coded()
    assert "look alike" in str(spelling_warning("label", column, "rename one"))
    assert len(set(joined_names(column.names, {}).values())) == 1


@pytest.mark.parametrize(
    "names",
    [
        ("cat", "c\u0430t"),
        ("ice-cream", "ice cream"),
        ("ice_cream", "ice-cream"),
        ("001", "1"),
        ("yes", "1"),
        ("True", "yes"),
    ],
)
def test_names_that_may_mean_the_same_are_mentioned_and_never_joined(names: tuple[str, str]) -> None:
    column = column_of(names).coded()
    assert "may mean the same" in str(resemblance_warning("label", column, "classes"))
    assert joined_names(column.names, {}) == {name: name for name in names}


@pytest.mark.parametrize(
    "names",
    [
        ("c", "c++", "c#"),
        ("1.1", "1.10"),
        ("1,000", "1"),
        ("dogs'", "dogs"),
        ("cat1", "dog1"),
        ("no", "yes"),
        ("0", "1", "n", "y"),
    ],
)
def test_other_names_are_not_suspected(names: tuple[str, ...]) -> None:
    assert label_warnings("label", column_of(names).coded(), join=False) == []


def test_many_names_are_compared_by_the_same_rules_as_few() -> None:
    plain = [f"IMG_{number:05d}.JPG" for number in range(2000)]
    assert label_warnings("task", column_of(plain).coded(), join=False) == []
    for name in ("img_00007.jpg", "IMG-00007.JPG", "IMG_00007.JPG\u200b", "'IMG_00007.JPG'"):
        assert label_warnings("task", column_of([*plain, name]).coded(), join=False), name
    numbers = [str(number) for number in range(2000)]
    assert look_alikes([*numbers, "7.0"]) == [["7", "7.0"]]
    assert "'007'" in str(resemblance_warning("task", column_of([*numbers, "007"]).coded(), "tasks"))


def test_text_that_was_read_in_a_wrong_encoding_is_named_with_its_right_reading() -> None:
    for codec in ("latin-1", "windows-1252"):
        name = "gr\u00f6\u00dfe".encode().decode(codec)
        assert "'gr\u00f6\u00dfe' in a wrong encoding" in str(
            garbled_warning("label", column_of([name]).coded())
        )
    warning = garbled_warning("label", column_of(["ch\x92at"]).coded())
    assert warning is not None
    assert warning.endswith("holds the control character 0x92: give --encoding windows-1252")
    assert "0x00: remove it" in str(garbled_warning("task", column_of(["t\x005"]).coded()))
    assert garbled_warning("label", column_of(["gr\u00f6\u00dfe", "\u00c3rea", "a\tb"]).coded()) is None


def test_names_that_are_all_quoted_are_mentioned() -> None:
    assert "no blank may stand before a quote" in str(
        quoted_warning("label", column_of(['"cat"', '"dog"']).coded())
    )
    assert quoted_warning("label", column_of(['"cat"', "dog"]).coded()) is None
    assert quoted_warning("label", column_of([""]).coded()) is None
