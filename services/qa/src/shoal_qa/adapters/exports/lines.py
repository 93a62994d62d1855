"""Formats of lines, in one file for each split: JSON lines, spaCy, CoNLL, preferences."""

from collections.abc import Callable, Sequence
from typing import Any

import orjson

from shoal_qa.adapters.exports.targets import Target, TargetFile
from shoal_qa.domain.exports.losses import Unexportable
from shoal_qa.domain.exports.passages import marked_passage
from shoal_qa.domain.exports.preferences import has_turns, preference_rows
from shoal_qa.domain.exports.tokens import plain_labels, tag_tokens

Row = dict[str, Any]


class LineWriter:
    """Writes what `encode` returns for a row to the file of its split. ending: of the files' names."""

    def __init__(self, target: Target, ending: str, encode: Callable[[Row], bytes]) -> None:
        self._target = target
        self._ending = ending
        self._encode = encode
        self._files: dict[str, TargetFile] = {}

    def add(self, row: Row) -> None:
        """Write a row. Raises Unexportable."""
        data, split = self._encode(row), row["split"]
        if split not in self._files:
            self._files[split] = self._target.open(f"{split}.{self._ending}")
        self._files[split].write(data)
        self._files[split].rows += 1

    def close(self) -> None:
        """Complete the files."""
        for file in self._files.values():
            file.close()


def json_line(row: Any) -> bytes:
    """Return a row as a line of JSON."""
    return orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


def spacy_line(row: Row) -> bytes:
    """Return a text with its spans by code points, as spaCy's `Doc.char_span` and Prodigy read them."""
    spans = [{name: span[name] for name in ("start", "end", "label")} for span in row["answer"]["spans"]]
    return json_line({"text": marked_passage(row), "spans": spans, "meta": {"sample_id": row["sample_id"]}})


def conll_block(classes: Sequence[str]) -> Callable[[Row], bytes]:
    """Return what turns a row into lines of token, tab and tag, with an empty line after the text.

    It raises Unexportable for spans and texts that have no tokens.
    """
    names = plain_labels(classes)

    def encode(row: Row) -> bytes:
        spans = [{**span, "label": names[span["label"]]} for span in row["answer"]["spans"]]
        lines = [f"{token}\t{tag}" for token, tag in tag_tokens(marked_passage(row), spans)]
        if not lines:
            raise Unexportable("text_without_token")
        return "\n".join([*lines, "", ""]).encode()

    return encode


class PreferenceLines:
    """Turns rows into lines of preferences, all in the form of the first row."""

    def __init__(self) -> None:
        self._messages: bool | None = None

    def __call__(self, row: Row) -> bytes:
        """Return the lines of a row. Raises Unexportable."""
        if self._messages is None:
            self._messages = has_turns(row)
        return b"".join(map(json_line, preference_rows(row, messages=self._messages)))
