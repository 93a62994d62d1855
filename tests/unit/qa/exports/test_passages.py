"""Conversations and texts in exports: messages, offsets, and names of tags."""

from pathlib import Path

import orjson
import pytest

from shoal.answers import marked_text
from shoal.contracts.answers import (
    PairAnswer,
    Span,
    SpansAnswer,
)
from shoal.contracts.label_schemas import (
    LabelClass,
    PairSchema,
    SpansSchema,
)
from shoal.contracts.samples import Candidate, Content, Turn
from shoal.runtime.refusal import Refused
from unit.qa.exports.exportkit import export, make_row, read_lines, write_version
from unit.qa.exports.versionkit import CLASSES


def test_conversations_become_messages(tmp_path: Path) -> None:
    pair = (Candidate(id="a", text="Yes."), Candidate(id="b", text="No."))
    talk = Content(
        turns=(Turn(role="system", text="Be brief."), Turn(role="user", text="Rain?")), candidates=pair
    )
    plain = Content(prompt="Rain?", candidates=pair)
    rows = [make_row(n, PairAnswer(choice="b"), content) for n, content in enumerate((talk, plain))]
    export(write_version(tmp_path / "v", PairSchema(), rows), "preferences", tmp_path / "out")
    first, second = read_lines(tmp_path / "out/train.jsonl")
    assert [message["role"] for message in first["prompt"]] == ["system", "user"]
    assert first["chosen"] == [{"role": "assistant", "content": "No."}]
    assert second["prompt"] == [{"role": "user", "content": "Rain?"}]
    texts = write_version(tmp_path / "w", PairSchema(), rows[::-1])
    report = export(texts, "preferences", tmp_path / "texts")
    assert report["left_out"] == [{"reason": "conversation_among_texts", "rows": 1}]


def test_spans_of_a_conversation_count_in_its_turns(tmp_path: Path) -> None:
    talk = Content(turns=(Turn(role="user", text="Hi."), Turn(role="assistant", text="Anna rows.")))
    text = marked_text(talk) or ""
    start = text.index("Anna")
    spans = SpansAnswer(spans=(Span(label="wheat", start=start, end=start + 4, text="Anna"),))
    source = write_version(tmp_path / "v", SpansSchema(classes=CLASSES), [make_row(0, spans, talk)])
    for name in ("spacy", "conll", "label-studio"):
        export(source, name, tmp_path / name)
    (line,) = read_lines(tmp_path / "spacy/train.jsonl")
    assert line["text"][start : start + 4] == "Anna"
    assert "Anna\tB-wheat\nrows\tO" in (tmp_path / "conll/train.conll").read_text()
    (task,) = orjson.loads((tmp_path / "label-studio/tasks.json").read_bytes())
    assert task["data"]["text"] == text


def test_classes_of_one_tag_are_refused(tmp_path: Path) -> None:
    classes = (LabelClass(name="a b"), LabelClass(name="a_b"))
    spans = SpansAnswer(spans=(Span(label="a b", start=0, end=1, text="x"),))
    row = make_row(0, spans, Content(text="x y"))
    with pytest.raises(Refused, match="a_b"):
        export(write_version(tmp_path / "v", SpansSchema(classes=classes), [row]), "conll", tmp_path / "out")
    one = write_version(tmp_path / "w", SpansSchema(classes=classes[:1]), [row])
    export(one, "conll", tmp_path / "out")
    assert (tmp_path / "out/train.conll").read_text() == "x\tB-a_b\ny\tO\n\n"
