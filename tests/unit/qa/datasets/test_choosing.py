"""Accepted labels of every kind under later guidelines: none vanishes without a count."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.contracts.quality import LabelChanges
from shoal_qa.usecases.datasets.choosing import ChooseLabels
from shoal_qa.usecases.datasets.rows import row_text
from shoal_qa.usecases.guideline_changes import state_changes
from unit.qa.datasets.labelkit import classes, guideline, one_class, stored

IMAGE = {"uri": "media:" + "a" * 64, "media_type": "image/png"}
CORNERS = {"left": 0.1, "top": 0.1, "right": 0.5, "bottom": 0.5}


def test_a_new_class_keeps_all_49_labels() -> None:
    rows = [stored(f"s{n:02}", 1, one_class("ab"[n % 2])) for n in range(49)]
    choice = ChooseLabels([guideline(1, classes("a", "b")), guideline(2, classes("a", "b", "c"), {})], None)
    assert [row["label"] for row in choice.choose(rows)] == [row["label"] for row in rows]
    assert choice.shares() == {"majors": [{"major": 1, "rows": 49, "unasked": ["c"]}], "left_out": []}


def test_renamed_and_merged_classes_take_their_labels_and_probabilities_along() -> None:
    changes = {"renamed": {"a": "x"}, "merged": {"y": ["b", "c"]}}
    choice = ChooseLabels(
        [guideline(1, classes("a", "b", "c")), guideline(2, classes("x", "y"), changes)], None
    )
    row = stored("s", 1, one_class("b"))
    row["evidence"]["posterior"] = {"b": 0.6, "c": 0.3, "a": 0.1}
    (carried,) = choice.choose([row])
    assert (carried["label"], carried["guideline"]) == ("y", "1.0")
    assert carried["probabilities"] == pytest.approx({"y": 0.9, "x": 0.1})
    assert choice.shares()["majors"] == [{"major": 1, "rows": 1, "unasked": []}]


def test_a_class_keeps_the_conversation_that_it_is_about() -> None:
    talk = {"turns": [{"role": "user", "text": "My parcel is late."}]}
    (row,) = ChooseLabels([guideline(1, classes("a"))], None).choose([stored("s", 1, one_class("a"), talk)])
    assert (row["label"], row["content"], row_text(row)) == ("a", talk, "My parcel is late.")


def test_a_class_merged_from_several_tags_applies_as_often_as_any_of_them() -> None:
    tags = {"kind": "multi_choice"}
    first = guideline(1, classes("a", "b", "c", **tags))
    second = guideline(2, classes("x", "c", **tags), {"merged": {"x": ["a", "b"]}})
    row = stored("s", 1, {"kind": "classes", "labels": ["a", "b"]})
    row["evidence"]["posterior"] = {"a": 0.9, "b": 0.8, "c": 0.1}
    (carried,) = ChooseLabels([first, second], None).choose([row])
    assert carried["probabilities"] == pytest.approx({"x": 0.98, "c": 0.1})


@pytest.mark.parametrize(
    ("schema", "answer", "content", "carried"),
    [
        (
            {"kind": "multi_choice"},
            {"kind": "classes", "labels": ["a", "b"]},
            None,
            {"kind": "classes", "labels": ["x"]},
        ),
        (
            {"kind": "boxes"},
            {
                "kind": "boxes",
                "width": 9,
                "height": 9,
                "boxes": [{**CORNERS, "label": "a", "attributes": []}],
            },
            IMAGE,
            {
                "kind": "boxes",
                "width": 9,
                "height": 9,
                "boxes": [{**CORNERS, "label": "x", "attributes": []}],
            },
        ),
        (
            {"kind": "spans"},
            {
                "kind": "spans",
                "spans": [{"label": "b", "start": 0, "end": 4, "text": "Anna", "attributes": []}],
            },
            None,
            {
                "kind": "spans",
                "spans": [{"label": "x", "start": 0, "end": 4, "text": "Anna", "attributes": []}],
            },
        ),
    ],
)
def test_classes_inside_answers_are_carried(
    schema: dict[str, Any], answer: dict[str, Any], content: dict[str, Any] | None, carried: dict[str, Any]
) -> None:
    first = guideline(1, classes("a", "b", **schema))
    second = guideline(2, classes("x", **schema), {"merged": {"x": ["a", "b"]}})
    (row,) = ChooseLabels([first, second], None).choose([stored("s", 1, answer, content)])
    assert row["answer"] == carried


def test_what_is_left_out_is_counted_by_reason_and_class() -> None:
    versions = [
        guideline(1, classes("a", "b", "c")),
        guideline(2, classes("a", "c"), {"asked_again": ["b"]}),
        guideline(3, classes("a")),  # of an earlier release: it says nothing
    ]
    rows = [
        stored("s1", 3, one_class("a")),
        stored("s1", 1, one_class("b")),
        stored("s2", 1, one_class("b")),
        stored("s3", 2, one_class("c")),
        stored("s4", 2, one_class("a")),
    ]
    choice = ChooseLabels(versions, frozenset({1, 3}))
    assert [row["sample_id"] for row in choice.choose(rows)] == ["s1"]
    assert [tuple(loss.values()) for loss in choice.left_out()] == [
        (1, "asked_again", "b", 1),
        (1, "replaced", None, 1),
        (2, "not_requested", None, 2),
    ]
    everything = ChooseLabels(versions, None)
    assert [row["sample_id"] for row in everything.choose(rows)] == ["s1", "s4"]
    assert (2, "class_removed", "c", 1) in [tuple(loss.values()) for loss in everything.left_out()]


def test_answers_outside_narrower_limits_are_left_out() -> None:
    wide, narrow = {"kind": "number", "low": 0, "high": 10}, {"kind": "number", "low": 0, "high": 5}
    choice = ChooseLabels([guideline(1, wide), guideline(2, narrow, {})], None)
    rows = [stored(f"s{value}", 1, {"kind": "number", "value": value}) for value in (4, 6)]
    assert [row["answer"]["value"] for row in choice.choose(rows)] == [4]
    assert choice.left_out() == [{"major": 1, "reason": "not_fitting", "label": None, "labels": 1}]


@given(st.data())
def test_every_accepted_label_is_a_row_or_counted(data: st.DataObject) -> None:
    names, versions = ["a", "b", "c"], [guideline(1, classes("a", "b", "c"))]
    for major in (2, 3):
        kept = [name for name in names if data.draw(st.booleans())] or names[:1]
        lost = [name for name in names if name not in kept]
        fates = {name: data.draw(st.sampled_from(["rename", "merge", "ask"])) for name in lost}
        renamed = {name: f"{name}{major}" for name in lost if fates[name] == "rename"}
        changes = LabelChanges(
            renamed=renamed,
            merged={kept[0]: tuple(name for name in lost if fates[name] == "merge")},
            asked_again=tuple(name for name in lost if fates[name] == "ask"),
        )
        names = [*kept, *renamed.values()]
        old, new = versions[-1].label_schema, guideline(major, classes(*names)).label_schema
        whole = state_changes(old, new, changes).model_dump()
        versions.append(guideline(major, classes(*names), whole))
    by_major = {item.guideline.major: [each.name for each in item.label_schema.classes] for item in versions}
    rows = [
        stored(f"s{number:02}", major, one_class(data.draw(st.sampled_from(by_major[major]))))
        for number in range(data.draw(st.integers(0, 8)))
        for major in (3, 2, 1)
        if data.draw(st.booleans())
    ]
    majors = data.draw(st.none() | st.frozensets(st.sampled_from([1, 2, 3]), min_size=1))
    choice = ChooseLabels(versions, majors)
    taken = choice.choose(rows)
    assert all(row["label"] in names for row in taken)
    assert max(Counter(row["sample_id"] for row in taken).values(), default=1) == 1
    assert len(taken) + sum(loss["labels"] for loss in choice.left_out()) == len(rows)
    assert sum(share["rows"] for share in choice.shares()["majors"]) == len(taken)
