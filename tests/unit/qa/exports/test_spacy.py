"""spaCy reads its own format and the tags of tokens: https://spacy.io/api/doc, spacy.training.converters."""

from pathlib import Path
from typing import Any

import pytest

from shoal.contracts.answers import Span, SpansAnswer
from shoal.contracts.label_schemas import LabelClass, SpansSchema
from shoal.contracts.samples import Content
from unit.qa.exports.exportkit import Row, export, make_row, write_version
from unit.qa.exports.programkit import run_program

CLASSES = (LabelClass(name="person"), LabelClass(name="place, town"))
MARKED = {
    "Anna rows in Zürich.": (("person", "Anna"), ("place, town", "Zürich")),
    "🇨🇭👩‍🌾 met Bob\nin Oslo,\tthen left": (("person", "Bob"), ("place, town", "Oslo")),
    'She said "Anna" twice': (("person", '"Anna"'), ("person", "Anna")),  # overlapping
    "דנה גרה בחיפה": (("person", "דנה"), ("place, town", "בחיפה")),
    "Nobody is here": (),
}


def marked_row(number: int, text: str) -> Row:
    """Return the row of a text with its spans."""
    spans = [
        Span(label=label, start=text.index(part), end=text.index(part) + len(part), text=part)
        for label, part in MARKED[text]
    ]
    return make_row(number, SpansAnswer(spans=tuple(spans)), Content(text=text))


@pytest.fixture(scope="module")
def version(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [marked_row(number, text) for number, text in enumerate(MARKED)]
    return write_version(tmp_path_factory.mktemp("spans") / "v", SpansSchema(classes=CLASSES), rows)


def test_spacy_reads_spans_by_characters_and_trains_on_them(version: Path, tmp_path: Path) -> None:
    export(version, "spacy", tmp_path / "out")
    code = """
import spacy
from spacy.tokens import DocBin
from spacy.training import Example
nlp, stored, trained = spacy.blank("xx"), DocBin(store_user_data=True), []
for line in open(folder + "/out/train.jsonl", encoding="utf-8"):
    record = json.loads(line)
    doc = nlp(record["text"])
    doc.spans["sc"] = [doc.char_span(span["start"], span["end"], span["label"]) for span in record["spans"]]
    marks = [(span["start"], span["end"], span["label"]) for span in record["spans"]]
    example = Example.from_dict(nlp(record["text"]), {"spans": {"sc": marks}})
    trained.append([[span.label_, span.text] for span in example.reference.spans["sc"]])
    stored.add(doc)
read = list(DocBin().from_bytes(stored.to_bytes()).get_docs(nlp.vocab))
found = [{doc.text: [[span.label_, span.text] for span in doc.spans["sc"]] for doc in read}, trained]
"""
    spans, trained = run_program(tmp_path, code)
    expected: dict[str, Any] = {text: [list(mark) for mark in marks] for text, marks in MARKED.items()}
    assert spans == expected
    assert trained == list(expected.values())


def test_spacys_converter_reads_the_tags_of_tokens(version: Path, tmp_path: Path) -> None:
    report = export(version, "conll", tmp_path / "out")
    assert report["left_out"] == [{"reason": "overlapping_spans", "rows": 1}]
    code = """
from spacy.training.converters import conll_ner_to_docs
text = open(folder + "/out/train.conll", encoding="utf-8").read()
found = [[[entity.label_, entity.text] for entity in doc.ents]
         for doc in conll_ner_to_docs(text, n_sents=1, no_print=True)]
"""
    expected = [[[label.replace(" ", "_"), part] for label, part in marks] for marks in MARKED.values()]
    del expected[2]
    assert run_program(tmp_path, code) == expected
