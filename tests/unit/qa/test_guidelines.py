"""What a version of a guideline does with the labels of the version before."""

import json
import re
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal_qa.domain.guidelines import (
    BadChanges,
    Changes,
    Step,
    check_changes,
    follow_class,
    follow_kind,
    next_version,
    unchanged_classes,
)

NAMES = [f"c{number}" for number in range(8)]
NEW = [f"n{number}" for number in range(4)]


@st.composite
def statements(draw: st.DrawFn, old: Sequence[str] | None = None) -> tuple[list[str], list[str], Changes]:
    """Return old classes, new classes and a statement that is complete."""
    if old is None:
        old = draw(st.lists(st.sampled_from(NAMES), min_size=1, unique=True))
    stay = [name for name in old if draw(st.booleans())]
    fresh = draw(st.lists(st.sampled_from(NEW).filter(lambda name: name not in old), unique=True))
    new = [*stay, *fresh]
    renamed: dict[str, str] = {}
    merged: dict[str, list[str]] = {}
    again = [name for name in stay if draw(st.integers(0, 4)) == 0]
    for name in [name for name in old if name not in stay]:
        free = [target for target in fresh if target not in renamed.values()]
        fate = draw(st.sampled_from(["rename", "merge", "ask"]))
        if fate == "rename" and free:
            renamed[name] = free[0]
        elif fate == "merge" and new:
            merged.setdefault(draw(st.sampled_from(new)), []).append(name)
        else:
            again.append(name)
    return list(old), new or ["only"], Changes(renamed=renamed, merged=merged, asked_again=again)


def step(new: Sequence[str], changes: Changes | None) -> Step:
    return Step(classes=frozenset(new), kind="single_choice", changes=changes)


@given(statements())
def test_every_class_is_kept_moved_or_asked_again(case: tuple[list[str], list[str], Changes]) -> None:
    old, new, changes = case
    check_changes(old, new, changes)
    for name in old:
        label, loss = follow_class(name, [step(new, changes)])
        if name in changes.asked_again:
            assert (label, loss) == (None, "asked_again")
        else:
            assert label == changes.moved().get(name, name)
            assert label in new
    kept = unchanged_classes(old, new, changes)
    assert sorted([*kept, *changes.moved(), *changes.asked_again]) == sorted(old)


@given(st.lists(st.sampled_from(NAMES), min_size=1, unique=True), st.lists(st.sampled_from(NEW), unique=True))
def test_a_new_class_keeps_every_label(old: list[str], added: list[str]) -> None:
    new = [*old, *added]
    check_changes(old, new, Changes())
    assert [follow_class(name, [step(new, Changes())]) for name in old] == [(name, None) for name in old]
    assert unchanged_classes(old, new, Changes()) == old


@given(st.data())
def test_versions_one_after_the_other_are_followed_in_order(data: st.DataObject) -> None:
    old, classes, steps = None, [], []
    for _ in range(3):
        old, new, changes = data.draw(statements(old))
        classes, old = classes or old, new
        steps.append(step(new, changes))
    for name in classes:
        label: str | None = name
        for later in steps:
            label = None if label is None else follow_class(label, [later])[0]
        assert follow_class(name, steps)[0] == label


@given(st.lists(st.sampled_from(NAMES), min_size=2, unique=True))
def test_a_class_that_nothing_is_said_about_is_refused(old: list[str]) -> None:
    with pytest.raises(BadChanges) as refused:
        check_changes(old, old[1:], Changes())
    assert repr(old[0]) in str(refused.value)
    assert f'"{old[0]}"' in refused.value.fix


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        (Changes(renamed={"a": "d"}), "renamed.a"),  # b is still a class, d is none
        (Changes(renamed={"a": "b"}), "renamed.a"),  # b had labels before
        (Changes(renamed={"b": "c"}), "renamed.b"),  # b stays
        (Changes(renamed={"a": "c"}, asked_again=["a"]), "asked_again"),
        (Changes(renamed={"a": "c"}, merged={"b": ["a"]}), "merged.b"),
        (Changes(renamed={"a": "c"}, asked_again=["x"]), "asked_again"),
        (Changes(merged={"x": ["a"]}), "merged.x"),
    ],
)
def test_statements_that_cannot_be_carried_out_name_their_field(changes: Changes, path: str) -> None:
    with pytest.raises(BadChanges) as refused:
        check_changes(["a", "b"], ["b", "c"], changes)
    assert refused.value.path == path
    assert refused.value.fix


def test_two_classes_of_one_new_name_are_a_merge() -> None:
    with pytest.raises(BadChanges) as refused:
        check_changes(["a", "b"], ["c"], Changes(renamed={"a": "c", "b": "c"}))
    assert (refused.value.path, refused.value.fix) == ("renamed", 'Send {"c": ["a", "b"]} in `merged`')
    check_changes(["a", "b"], ["c"], Changes(merged={"c": ["a", "b"]}))


def test_labels_that_are_asked_again_make_a_major_version() -> None:
    assert next_version((2, 1), ["a"], ["a"], ask_again=True) == (3, 0)
    assert next_version((2, 1), ["a"], ["a"]) == (2, 2)


def test_a_version_of_an_earlier_release_states_nothing() -> None:
    assert follow_class("a", [step(["a", "b"], None)]) == ("a", None)
    assert follow_class("a", [step(["b"], None)]) == (None, "class_removed")
    other = Step(classes=frozenset("a"), kind="boxes", changes=None)
    assert follow_kind("single_choice", [other]) == "kind_changed"
    asked = Step(classes=frozenset("a"), kind="boxes", changes=Changes(all_asked_again=True))
    assert follow_kind("single_choice", [asked]) == "asked_again"


@pytest.mark.parametrize("name", ['a "quoted" name', "line\nname", "back\\slash", "Fisch/ä"])
def test_a_fix_can_be_sent_as_it_is_whatever_the_name_of_the_class(name: str) -> None:
    with pytest.raises(BadChanges) as refused:
        check_changes([name], ["other"], Changes())
    texts = re.findall(r"\((.*?)\)(?:,| or|$)", refused.value.fix, re.DOTALL)
    assert [json.loads(text) for text in texts] == [
        {name: "<new name>"},
        {"<class>": [name]},
        [name],
    ]
