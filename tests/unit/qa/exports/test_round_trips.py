"""Every accepted label comes back from each export that can hold it."""

import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoal.contracts.answers import ClassAnswer
from shoal.contracts.label_schemas import LabelClass, SingleChoiceSchema
from shoal.contracts.samples import Content
from shoal.runtime.refusal import Refused
from shoal_qa.usecases.datasets.exports import FORMATS, check_format
from unit.answers.kinds import VALID
from unit.qa.exports.answerskit import answer_of, has_tie, same, without_attributes
from unit.qa.exports.casekit import HELD, SCHEMA_KIND, drawn_rows
from unit.qa.exports.exportkit import export, make_row, write_version
from unit.qa.exports.readkit import READERS


@pytest.mark.parametrize(("kind", "name"), [pair for pair in HELD if pair[1] in READERS])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_every_label_comes_back(kind: str, name: str, data: st.DataObject) -> None:
    schema, rows = drawn_rows(data, kind)
    with TemporaryDirectory() as place:
        source, output = write_version(Path(place) / "v", schema, rows), Path(place) / "out"
        report = export(source, name, output)
        held = rows
        if name == "label-studio":
            held = [row for row in rows if not has_tie(answer_of(row))]
        assert report["rows"] == len(held)
        assert sum(loss["rows"] for loss in report["left_out"]) == len(rows) - len(held)
        found = READERS[name](output, held) if held else []
    expected = [answer_of(row) for row in held]
    if name in ("yolo", "spacy"):
        expected = [without_attributes(answer) for answer in expected]
    assert same(found, expected), (found, expected)


@pytest.mark.parametrize("kind", list(VALID))
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_shards_hold_rows_with_their_content(kind: str, data: st.DataObject) -> None:
    schema, rows = drawn_rows(data, kind)
    with TemporaryDirectory() as place:
        source, output = write_version(Path(place) / "v", schema, rows), Path(place) / "out"
        report = export(source, "webdataset", output)
        if rows[0]["uri"] and rows[0]["text"] is None:
            assert report["left_out"] == [{"reason": "no_image", "rows": len(rows)}]
            return
        with tarfile.open(output / "train-000000.tar") as shard:
            names = shard.getnames()
            found = [
                orjson.loads(shard.extractfile(name).read())  # type: ignore[union-attr]
                for name in names
                if name.endswith(".json")
            ]
    assert found == [orjson.loads(orjson.dumps(row)) for row in rows]
    assert [name for name in names if name.endswith(".txt")] == (
        [f"s{number}.txt" for number in range(len(rows))] if rows[0]["text"] is not None else []
    )


def test_every_kind_has_a_format_and_every_format_a_kind() -> None:
    kinds = set(SCHEMA_KIND.values())
    assert {kind for kinds_of in FORMATS.values() for kind in kinds_of} == kinds
    for name, able in FORMATS.items():
        for kind in able:
            check_format(name, kind)


@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_the_interface_of_label_studio_offers_every_class(data: st.DataObject) -> None:
    schema, rows = drawn_rows(data, data.draw(st.sampled_from(("class", "classes", "boxes", "spans"))))
    with TemporaryDirectory() as place:
        export(write_version(Path(place) / "v", schema, rows), "label-studio", Path(place) / "out")
        view = ElementTree.parse(Path(place) / "out" / "interface.xml").getroot()
    offered = [item.get("value") for item in view.iter() if item.tag in ("Choice", "Label")]
    assert offered == [item.name for item in schema.classes]


@pytest.mark.parametrize("kind", list(VALID))
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_results_of_label_studio_name_parts_of_its_interface(kind: str, data: st.DataObject) -> None:
    schema, rows = drawn_rows(data, kind)
    with TemporaryDirectory() as place:
        export(write_version(Path(place) / "v", schema, rows), "label-studio", Path(place) / "out")
        view = ElementTree.parse(Path(place) / "out" / "interface.xml").getroot()
        tasks = orjson.loads((Path(place) / "out" / "tasks.json").read_bytes())
    names = {item.get("name") for item in view.iter()}
    shown = {item.get("value", "").removeprefix("$") for item in view.iter() if item.get("toName") is None}
    for task in tasks:
        assert shown & task["data"].keys()
        for part in task["annotations"][0]["result"]:
            assert {part["from_name"], part["to_name"]} <= names


def test_classes_that_xml_cannot_hold_are_refused(tmp_path: Path) -> None:
    schema = SingleChoiceSchema(classes=(LabelClass(name="wheat\x07"),))
    row = make_row(0, ClassAnswer(label="wheat\x07"), Content(text="x"))
    with pytest.raises(Refused, match="control character"):
        export(write_version(tmp_path / "v", schema, [row]), "label-studio", tmp_path / "out")
