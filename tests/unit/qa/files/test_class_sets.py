"""Sets of classes in every way that programs write them."""

import pytest

from shoal_qa.usecases.files.texts.class_sets import parse_set, set_separator, split_set, turned_sets
from unit.qa.fileskit import run, write


@pytest.mark.parametrize(
    "text",
    [
        '["cat", "dog"]',
        "['cat', 'dog']",
        "['cat' 'dog']",
        "['cat'\n 'dog']",
        "{'dog', 'cat'}",
        "('cat', 'dog')",
        '{"choices": ["dog", "cat"]}',
    ],
)
def test_lists_of_programs_are_sets(text: str) -> None:
    assert parse_set(text) == {"cat", "dog"}


def test_other_texts_are_no_sets() -> None:
    assert parse_set("[2, 1]") == {"1", "2"}
    assert parse_set("['it\\'s', \"a, b\"]") == {"it's", "a, b"}
    for text in ("cat", "[MASK]", "[cat, dog]", "(a) or 'b'", "{", "[true]", "[]x", '[["a"]]'):
        assert parse_set(text) is None, text


def test_the_sign_between_classes_is_that_of_the_labels() -> None:
    assert set_separator(["a, b|c", "d"]) == "|"
    assert set_separator(["a, b; c"]) == ";"
    assert set_separator(["a, b", '["c;d"]']) == ","
    assert split_set("b , a", ",") == {"a", "b"}


def test_sets_in_another_order_are_recognized() -> None:
    assert turned_sets(["a|b", "c", "b|a"]) == ("a|b", "b|a")
    assert turned_sets(["a, b", "c, d", "a; c"]) is None


@pytest.mark.parametrize("form", ["{0}|{1}", "{0}, {1}", "{0};{1}", "['{0}', '{1}']", "['{0}' '{1}']"])
def test_the_order_of_a_set_does_not_count_and_sets_are_no_classes(form: str) -> None:
    rows = [
        (f"t{task}", who, form.format(*(("cat", "dog") if turn else ("dog", "cat"))) if task % 2 else "cat")
        for task in range(8)
        for turn, who in enumerate(("ann", "bob"))
    ]
    write("votes.csv", "task,worker,label", rows)
    code, table, _ = run("agreement", "--votes", "votes.csv", "--shape", "multi", "--format", "csv")
    assert code == 0
    assert float(dict(zip(*(line.split(",") for line in table.splitlines()), strict=True))["alpha"]) == 1
    code, _, errors = run("consensus", "--votes", "votes.csv", "--output", "labels.csv")
    assert code == 2
    assert "`shoal qa agreement --shape multi` compares sets" in errors
