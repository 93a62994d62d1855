"""Odd names of classes, splits and samples: each stays what it is, or the export is refused before a file."""

import re
from pathlib import Path
from xml.etree import ElementTree

import orjson
import pytest
import yaml

from shoal.contracts.answers import ClassAnswer, PairAnswer, RatingAnswer, SpansAnswer
from shoal.contracts.label_schemas import (
    BoxesSchema,
    LabelClass,
    PairSchema,
    RatingSchema,
    SingleChoiceSchema,
    SpansSchema,
)
from shoal.contracts.samples import Candidate, Content
from shoal.runtime.refusal import Refused
from shoal_qa.adapters.exports.beside import FsspecExports
from shoal_qa.domain.exports.label_studio_interface import studio_interface
from shoal_qa.domain.exports.names import sample_name
from unit.qa.exports.exportkit import Row, export, make_row, write_version
from unit.qa.exports.programkit import run_program
from unit.qa.exports.versionkit import BOXES, CLASSES, IMAGE, text_version

LINE_ENDS = ("\x85", "\u2028", "a\u2029b", "🐟", "..", "Fish/a", "fish_a", "a\nb", "a b", "=1+1", "nul")
TEXT = Content(text="Maize rose.")


def named(*names: str) -> tuple[LabelClass, ...]:
    return tuple(LabelClass(name=name) for name in names)


def split_version(folder: Path, *splits: str) -> Path:
    rows = [make_row(number, BOXES, IMAGE, split) for number, split in enumerate(splits)]
    return write_version(folder, BoxesSchema(classes=CLASSES), rows)


def test_line_ends_in_names_of_classes_come_back_from_yaml(tmp_path: Path) -> None:
    schema = BoxesSchema(classes=named(*LINE_ENDS))
    row = make_row(0, BOXES.model_copy(update={"boxes": ()}), IMAGE)
    export(write_version(tmp_path / "v", schema, [row]), "yolo", tmp_path / "out")
    names = yaml.safe_load((tmp_path / "out/data.yaml").read_text("utf-8"))["names"]
    assert tuple(names.values()) == LINE_ENDS


@pytest.mark.parametrize("splits", [("val", "validation"), ("train", "names"), ("path",), ("nc",)])
def test_splits_that_yolo_has_no_key_for_are_refused(tmp_path: Path, splits: tuple[str, ...]) -> None:
    with pytest.raises(Refused) as refused:
        export(split_version(tmp_path / "v", *splits), "yolo", tmp_path / "out")
    assert refused.value.field == "format"
    assert repr(splits[0]) in str(refused.value) or repr(splits[-1]) in str(refused.value)
    assert not (tmp_path / "out").exists()


async def test_names_that_a_format_cannot_hold_are_no_lost_file_of_the_service(tmp_path: Path) -> None:
    spans = make_row(0, SpansAnswer(spans=()), TEXT)
    write_version(tmp_path / "conll", SpansSchema(classes=named("a b", "a_b")), [spans])
    split_version(tmp_path / "yolo", "val", "validation")
    label = make_row(0, ClassAnswer(label="\x07"), TEXT)
    write_version(tmp_path / "label-studio", SingleChoiceSchema(classes=named("\x07")), [label])
    for name in ("conll", "yolo", "label-studio"):
        with pytest.raises(Refused) as refused:
            await FsspecExports(str(tmp_path)).write(name, name)
        assert (refused.value.kind, refused.value.field) == ("invalid", "format")


def test_every_sample_has_a_file_of_its_own_on_every_file_system() -> None:
    odd = ["a/b", "..", ".", "con", "nul", "Fish", "fish", "a.b", "🐟", "a\nb", "", "x" * 300]
    hashed = [sample_name(name) for name in odd]
    names = [sample_name(name) for name in (*odd, *hashed)]
    assert len({name.casefold() for name in names}) == len(odd) * 2 - 1  # `fish` is plain
    assert all(set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_") for name in names)
    plain = "0f9cd1f2-8d4e-5a0b-9c3e-1f2a3b4c5d6e"
    assert sample_name(plain) == plain


def test_datasets_does_not_load_another_version_from_its_cache(tmp_path: Path) -> None:
    for number, count in enumerate((3, 5)):
        export(text_version(tmp_path / f"v{number}", count), "huggingface", tmp_path / str(number) / "hf")
    code = """
from datasets import load_dataset
found = [len(load_dataset(f"{folder}/{number}/hf", split="train")) for number in (0, 1)]
"""
    assert run_program(tmp_path, code) == [3, 5]


def test_classes_that_differ_by_a_line_end_have_a_row_each_on_the_card(tmp_path: Path) -> None:
    rows = [make_row(n, ClassAnswer(label=name), TEXT) for n, name in enumerate(("a\nb", "a b", "<b>|\\"))]
    schema = SingleChoiceSchema(classes=named("a\nb", "a b", "<b>|\\"))
    export(write_version(tmp_path / "v", schema, rows), "huggingface", tmp_path / "out")
    page = (tmp_path / "out/README.md").read_text("utf-8")
    assert page.count("| a b | 1 |") == 2
    assert "| &lt;b&gt;\\|\\\\ | 1 |" in page


@pytest.mark.parametrize(("first", "reason"), [(TEXT, "image_among_texts"), (IMAGE, "text_among_images")])
def test_label_studio_gets_tasks_of_one_kind_of_content(tmp_path: Path, first: Content, reason: str) -> None:
    contents = [first, TEXT, IMAGE]
    rows: list[Row] = [make_row(n, ClassAnswer(label="corn"), part) for n, part in enumerate(contents)]
    source = write_version(tmp_path / "v", SingleChoiceSchema(classes=CLASSES), rows)
    report = export(source, "label-studio", tmp_path / "out")
    assert (report["rows"], report["left_out"]) == (2, [{"reason": reason, "rows": 1}])
    shown = "$text" if first is TEXT else "$image"
    assert shown in (tmp_path / "out/interface.xml").read_text()
    tasks = orjson.loads((tmp_path / "out/tasks.json").read_bytes())
    assert all(shown[1:] in task["data"] for task in tasks)


def test_label_studio_shows_the_prompt_and_the_candidates_whatever_is_asked_about_them(
    tmp_path: Path,
) -> None:
    both = (Candidate(id="a", text="No."), Candidate(id="b", text="Rain."))
    content = Content(prompt="Why?", candidates=both)
    cases = {
        "rating": (RatingSchema(), RatingAnswer(value=4)),
        "pair": (PairSchema(), PairAnswer(choice="a")),
    }
    found = {}
    for kind, (schema, answer) in cases.items():
        source = write_version(tmp_path / kind / "v", schema, [make_row(0, answer, content)])
        export(source, "label-studio", tmp_path / kind / "out")
        (task,) = orjson.loads((tmp_path / kind / "out/tasks.json").read_bytes())
        view = ElementTree.parse(tmp_path / kind / "out/interface.xml").getroot()
        values = [item.get("value", "") for item in view.iter() if item.get("toName") is None]
        found[kind] = [task["data"][value.removeprefix("$")] for value in values if value]
    assert found == {"rating": ["Why?\n\na: No.\n\nb: Rain."], "pair": ["Why?", "No.", "Rain."]}


def test_images_among_texts_are_counted_where_only_texts_have_room(tmp_path: Path) -> None:
    rows: list[Row] = [make_row(n, ClassAnswer(label="corn"), part) for n, part in enumerate((TEXT, IMAGE))]
    source = write_version(tmp_path / "v", SingleChoiceSchema(classes=CLASSES), rows)
    report = export(source, "huggingface", tmp_path / "out", media=tmp_path)
    assert report["left_out"] == [{"reason": "image_among_texts", "rows": 1}]
    assert export(source, "huggingface", tmp_path / "whole")["rows"] == 2


@pytest.mark.parametrize("kind", ["single_choice", "multi_choice", "boxes", "polygons", "spans"])
def test_label_studio_takes_no_class_for_a_field_of_the_task(kind: str) -> None:
    names = ["US$5", "$text", "$", "5 $", 'a"<&>', "a\nb", "\u05d0\U0001f41f", "Fish", "fish"]
    tree = ElementTree.fromstring(studio_interface({"kind": kind, "classes": names}, image=False))
    classes = [element.attrib for element in tree.iter() if element.tag in ("Label", "Choice")]
    assert [one.get("alias", one["value"]) for one in classes] == names
    assert not any(re.search(r"\$[\w[\].{}]+", one["value"]) for one in classes)
