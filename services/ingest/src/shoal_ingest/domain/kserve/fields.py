"""Choose an instance's text among fields or tensors by their names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from shoal_ingest.domain.kserve.values import BadPayload

_TEXTS = """
text texts input inputs input_text text_input data document content args array_inputs instances sequence sequences
sentence prompt query message review comment utterance body tweet post email snippet
"""
_PARTS = """
text input data document content sequence sentence sent query question answer premise hypothesis context passage
title subject headline summary abstract description body message prompt response reply
"""
TEXT_NAMES = frozenset(_TEXTS.split())
"""Names of an instance's only text. args, array_inputs and sequences are MLServer's."""

PARTS = frozenset(_PARTS.split())
"""Names of texts that a model reads together with another."""

_ENDING = re.compile(r"[_-]?(pair|input|[0-9]|a|b|left|right|first|second)$")
_KEY = re.compile(r"(^|[_-])(id|ids|uid|uuid|guid|key)$")
PAIRS = (
    ("text", "text_pair"),
    ("sentence1", "sentence2"),
    ("sentence_1", "sentence_2"),
    ("sentence_a", "sentence_b"),
    ("text1", "text2"),
    ("text_1", "text_2"),
    ("text_a", "text_b"),
    ("premise", "hypothesis"),
    ("question", "answer"),
    ("question", "context"),
    ("question", "sentence"),
    ("question", "passage"),
    ("question1", "question2"),
    ("query", "passage"),
    ("query", "document"),
    ("query", "text"),
    ("title", "text"),
    ("title", "body"),
    ("title", "content"),
    ("title", "description"),
    ("subject", "body"),
    ("prompt", "response"),
)


@dataclass(frozen=True, slots=True)
class FieldText:
    """A field or a tensor that holds text."""

    name: str
    value: Any


def choose_texts(fields: Sequence[FieldText], where: str) -> list[FieldText]:
    """Return the field that is the text, or the two of a pair in their order.

    Raises BadPayload if none has a text's name, or if several have and are no known pair: a sample never
    loses a part of what its model read.
    """
    by_name = {field.name.lower(): field for field in fields}
    texts = [name for name in by_name if name in TEXT_NAMES or _is_part(name)]
    for first, second in PAIRS:
        if set(texts) == {first, second}:
            return [by_name[first], by_name[second]]
    if len(texts) == 1 and len(by_name) == len(fields):
        return [by_name[texts[0]]]
    names = ", ".join(repr(field.name[:40]) for field in fields[:8]) or "no text"
    raise BadPayload(f"{where} has {names}: name the text 'text', or a pair 'text' and 'text_pair'")


def is_key(name: str) -> bool:
    """Return whether a name is that of an id."""
    return _KEY.search(name.lower()) is not None


def _is_part(name: str) -> bool:
    return name in PARTS or _ENDING.sub("", name) in PARTS
