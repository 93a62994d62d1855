"""Names of two files are matched as spellings, and only joined where that is safe."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.classes.matching import match_names, refuse_strangers
from shoal.files.errors import BadInput

JOINABLE = [
    ("1.0", "1"), ("01", "1"), ("1,000", "1000"), ("1e3", "1000"), ("True", "1"), ("FALSE", "0"), ("true", "True"),
    ("Cat", "cat"), (" cat ", "cat"), ("black  cat", "black cat"), ('"cat"', "cat"), ("\uff23\uff21\uff34", "cat"),
    (unicodedata.normalize("NFD", "é"), "é"), ("ﬁsh", "fish"), ("STRASSE", "straße"), ("-0.50", "-0.5"),
]  # fmt: skip
ALIKE = [
    ("class_1", "1"),
    ("label 02", "2"),
    ("yes", "1"),
    ("café", "cafe"),
    ("top-left", "top_left"),
    ("c1", "1"),
]


@pytest.mark.parametrize(("name", "other"), JOINABLE)
def test_spellings_of_one_name_are_joined_when_asked_for(name: str, other: str) -> None:
    others = [other, "something else"]
    assert match_names([name], others, join=True).joined == {name: other}
    apart = match_names([name], others, join=False)
    assert apart.joined == {}
    assert apart.is_strange()
    with pytest.raises(BadInput, match="--join-spellings"):
        refuse_strangers(apart, "gold g.csv", here="gold", there="the votes", noun="labels")


@pytest.mark.parametrize(("name", "other"), ALIKE)
def test_names_that_only_look_alike_are_mentioned_and_never_joined(name: str, other: str) -> None:
    match = match_names([name], [other, "zebra"], join=True)
    assert (match.joined, match.missing, match.partners) == ({}, [name], {name: other})
    with pytest.raises(BadInput) as refused:
        refuse_strangers(match, "gold g.csv", here="gold", there="the votes", noun="labels")
    assert f"{name!r} in gold, {other!r} in the votes" in str(refused.value)
    assert "--join-spellings" not in str(refused.value)


def test_a_name_with_two_possible_partners_stays_alone() -> None:
    match = match_names(["CAT"], ["cat", "Cat"], join=True)
    assert (match.joined, match.missing, match.partners) == ({}, ["CAT"], {})


@given(st.lists(st.text(min_size=1), unique=True), st.booleans())
def test_equal_names_need_no_match(names: list[str], join: bool) -> None:
    match = match_names(names, names, join=join)
    assert (match.joined, list(match.missing), match.is_strange()) == ({}, [], False)


@given(st.lists(st.text(min_size=1, max_size=5), unique=True), st.lists(st.text(min_size=1, max_size=5)))
def test_only_names_of_the_other_file_are_joined(names: list[str], others: list[str]) -> None:
    match = match_names(names, others, join=True)
    assert set(match.joined.values()) <= set(others)
    assert set(match.joined) | set(match.missing) == set(names) - set(others)
