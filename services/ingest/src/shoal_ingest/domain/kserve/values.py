"""Texts, labels and scores: the checks that every value of a payload passes."""

import math
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

MOST_TEXT = 1_000_000
MOST_LABEL = 200
LARGEST_INDEX = 2**63

T = TypeVar("T")


class BadPayload(ValueError):
    """A payload without samples, or one bad instance of it; the text names the field and the fix."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The model's answer for one instance. label: None if the server leaves the choice to its client."""

    label: str | None = None
    scores: Mapping[str, float] = field(default_factory=dict)


def checked_text(value: Any, where: str) -> str:
    """Return a text that every later store can hold and a person can read. Raises BadPayload."""
    text = _is_storable(value, where)
    if len(text) > MOST_TEXT:
        raise BadPayload(f"{where} has {len(text)} characters: send at most {MOST_TEXT}")
    return text


def checked_label(value: Any, where: str) -> str:
    """Return the label that a text, an integer, a whole number or a boolean stands for. Raises BadPayload."""
    if isinstance(value, bool):
        return "true" if value else "false"  # as JSON writes it
    if is_whole(value):
        if abs(value) >= LARGEST_INDEX:
            raise BadPayload(f"{where} is too large a number for a label: answer the class's index or name")
        return str(int(value))
    label = _is_storable(value, where)
    if len(label) > MOST_LABEL:
        raise BadPayload(f"{where} has {len(label)} characters: a label has at most {MOST_LABEL}")
    return label


def checked_score(value: Any, where: str) -> float:
    """Return a finite number. Raises BadPayload."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadPayload(f"{where} is not a number: answer numbers as scores")
    try:
        score = float(value)
    except OverflowError:
        score = math.inf
    if not math.isfinite(score):
        raise BadPayload(f"{where} is not finite: answer finite numbers as scores")
    return score


def is_whole(value: Any) -> bool:
    """Return whether a value is an integer, or a float without a fraction."""
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, float) and value.is_integer())


def isolated_errors(read: Callable[..., T], *args: Any, **options: Any) -> T | BadPayload:
    """Return what `read` returns, or its BadPayload: a bad instance costs only itself."""
    try:
        return read(*args, **options)
    except BadPayload as error:
        return error


def _is_visible(character: str) -> bool:
    return not character.isspace() and not unicodedata.category(character).startswith("C")


def _is_storable(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise BadPayload(f"{where} is not a text: send a text")
    if "\x00" in value:
        raise BadPayload(f"{where} holds the character NUL: remove it")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise BadPayload(f"{where} holds half of a surrogate pair: send valid Unicode") from None
    if not any(map(_is_visible, value)):
        raise BadPayload(f"{where} is empty: send a text that is not blank")
    return value
