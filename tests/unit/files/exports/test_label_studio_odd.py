"""Label Studio's less usual results: spans in other units, paragraphs, paths of choices, later states."""

from pathlib import Path
from typing import Any

import pytest

from unit.files.exports.exportskit import (
    ANN,
    annotation,
    choice,
    facts_of,
    rectangle,
    task,
    votes_in,
    write_json,
)

DIALOGUE = [
    {"author": "A", "text": "hello"},
    {"author": "B", "text": "\U0001f600 yes"},
    {"author": "A", "text": "yo"},
]


def result(control: str, **value: Any) -> dict[str, Any]:
    return {"type": "labels", "value": value, "from_name": control, "to_name": "t"}


def spans_of(file: Path, value: dict[str, Any], **data: Any) -> str:
    one = task(1, annotation(ANN, result("q", labels=["X"], **value)))
    ((_, _, label),) = votes_in(write_json(file, [{**one, "data": data}]), shape="spans")
    return label


@pytest.mark.parametrize(
    ("text", "start", "end", "place"),
    [
        ("\U0001f600 abc", 2, 5, "2.0,5.0"),  # code points
        ("\U0001f600 abc", 3, 6, "2.0,5.0"),  # UTF-16 units
        ("a\r\nb\r\nabc", 4, 7, "6.0,9.0"),  # CR LF as one
        ("\U0001f600\r\nabc", 3, 6, "3.0,6.0"),  # both
        ("\U0001f600 other", 3, 6, "3.0,6.0"),  # another text: as it is
    ],
)
def test_spans_are_where_their_text_is(text: str, start: int, end: int, place: str, tmp_path: Path) -> None:
    value = {"start": start, "end": end, "text": "abc"}
    assert spans_of(tmp_path / "a.json", value, text=text, title="abc") == f'[[{place},"X"]]'


def test_spans_of_paragraphs_count_in_the_whole_dialogue(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    across = {"start": "0", "end": "2", "startOffset": 1, "endOffset": 2, "text": "ello yes yo"}
    assert spans_of(file, across, talk=DIALOGUE) == '[[4.0,23.0,"X"]]'
    inside = {"start": "1", "end": "1", "startOffset": 3, "endOffset": 6, "text": "yes"}
    assert spans_of(file, inside, talk=DIALOGUE) == '[[14.0,17.0,"X"]]'
    own_names = [{"said": turn["text"], "role": turn["author"]} for turn in DIALOGUE]
    assert spans_of(file, {**inside, "startOffset": 2, "endOffset": 5}, talk=own_names) == '[[14.0,17.0,"X"]]'
    good, lost = annotation(ANN), annotation(ANN, result("q", labels=["X"], **inside))
    write_json(file, [task(1, lost), task(2, good)])
    assert votes_in(file, shape="spans") == [("2", "ann@x.org", "[]")]
    assert "with a span in paragraphs that the export does not hold" in facts_of(file, shape="spans")


def test_nested_choices_are_paths_as_in_a_taxonomy(tmp_path: Path) -> None:
    nested = choice()
    nested["value"] = {"choices": [["Animal", "Dog"]]}
    file = write_json(tmp_path / "a.json", [task(1, annotation(ANN, nested))])
    assert votes_in(file) == [("1", "ann@x.org", "Animal / Dog")]


def test_texts_about_regions_are_no_regions(tmp_path: Path) -> None:
    about = result("words", **{**rectangle()["value"], "text": ["STOP"]})
    file = write_json(tmp_path / "a.json", [task(1, annotation(ANN, rectangle(), about))])
    assert votes_in(file, shape="boxes") == [("1", "ann@x.org", '[[10.0,20.0,40.0,60.0,"Car"]]')]


def test_a_region_with_several_classes_is_an_object_of_each(tmp_path: Path) -> None:
    file = write_json(
        tmp_path / "a.json", [task(1, annotation(ANN, rectangle(rectanglelabels=["Van", "Car"])))]
    )
    corners = "10.0,20.0,40.0,60.0"
    assert votes_in(file, shape="boxes")[0][2] == f'[[{corners},"Car"],[{corners},"Van"]]'


def test_of_an_annotation_in_two_exports_the_last_state_counts(tmp_path: Path) -> None:
    states = [
        task(1, annotation(ANN, choice(name), id=5, updated_at=f"2026-03-0{day}T10:00:00Z"))
        for name, day in (("dog", 2), ("cat", 1))
    ]
    file = write_json(tmp_path / "a.json", states)
    assert votes_in(file) == [("1", "ann@x.org", "dog")]
    assert "1 left out: of which the export has a later state" in facts_of(file)
