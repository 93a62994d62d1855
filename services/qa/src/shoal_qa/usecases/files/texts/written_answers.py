"""Answers of a file as Shoal's own: what a cell says, the label schema that fits, and the way back."""

from collections.abc import Callable, Sequence
from functools import partial
from json import dumps
from typing import Any

import numpy as np
from pydantic import ValidationError

from shoal.contracts.answers import (
    ClassesAnswer,
    NumberAnswer,
    RatingAnswer,
    TextAnswer,
)
from shoal.contracts.label_schemas import (
    MultiChoiceSchema,
    NumberSchema,
    RatingSchema,
    TextSchema,
)
from shoal.files.numbers import plain_number
from shoal_qa.usecases.files.texts.class_sets import SEPARATORS, is_broken_set, set_separator, split_set
from shoal_qa.usecases.files.texts.written import (
    UnreadableAnswer,
    Where,
    WrittenAnswers,
    classes_named,
    shown_text,
)
from shoal_qa.usecases.files.texts.written_orders import read_pairs, read_rankings
from shoal_qa.usecases.files.texts.written_regions import read_boxes, read_polygons, read_spans

Bounds = tuple[float, float] | None


def read_written(shape: str, texts: Sequence[str], where: Where, *, bounds: Bounds = None) -> WrittenAnswers:
    """Return the answers of a shape, except class.

    where: returns the place of a text. bounds: of numbers and ratings, the least and greatest possible one;
    None: those of the file. Raises BadInput.
    """
    read = partial(_VALUE_READERS[shape], bounds=bounds) if shape in _VALUE_READERS else _READERS[shape]
    try:
        return read(texts, where)
    except ValidationError:
        for index, text in enumerate(texts):
            _check_limits(read, text, where(index))
        raise


MOST_CHARACTERS = 100_000  # of a text
SET_FORMS = 'write it as ["cod", "eel"], or as cod|eel'
MOST_NAME = 200  # characters of a class's name


def _check_limits(read: "Reader", text: str, where: str) -> None:
    """Raise UnreadableAnswer for an answer beyond what Shoal's hold, such as a name of 300 characters."""
    try:
        read([text], lambda _: where)
    except ValidationError as error:
        detail, fix = _limit_in_words(error.errors()[0])
        raise UnreadableAnswer(where, f"{shown_text(text)} {detail}", fix) from None


def _limit_in_words(fault: Any) -> tuple[str, str]:
    """Return what is wrong with an answer, and the fix."""
    limits, name = fault.get("ctx", {}), str(fault["loc"][-1] if fault["loc"] else "")
    match fault["type"]:
        case "too_long":
            what = "candidates" if name == "order" else name
            return f"has {limits['actual_length']:,} {what}, more than {limits['max_length']:,}", "split it"
        case "string_too_long":
            what = "is a text" if name == "text" else "has a name"
            return f"{what} of over {limits['max_length']:,} characters", "shorten it"
        case "string_pattern_mismatch":
            return "has a control character", "remove it"
        case "string_unicode":
            return "has half a character (a lone surrogate)", "write the text as UTF-8"
        case "less_than_equal" | "greater_than_equal":
            limit = limits.get("le", limits.get("ge"))
            return f"is beyond {limit:,}", "write a number within the limit"
    return "cannot be an answer", str(fault["msg"])


def _read_sets(texts: Sequence[str], where: Where) -> WrittenAnswers:
    for index, text in enumerate(texts):
        if is_broken_set(text):
            raise UnreadableAnswer(where(index), f"{shown_text(text)} is no list of names", SET_FORMS)
    separator = set_separator(texts)
    sets = [split_set(text, separator) for text in texts]
    for index, names in enumerate(sets):
        if any(len(name) > MOST_NAME for name in names):
            detail = f"{shown_text(texts[index])} names a class of over {MOST_NAME} characters"
            raise UnreadableAnswer(where(index), detail, "shorten it")
    schema = MultiChoiceSchema(classes=classes_named(set().union(*sets)))
    answers = [ClassesAnswer(labels=tuple(sorted(names))) for names in sets]
    return WrittenAnswers(schema=schema, answers=answers, write=lambda answer: _set_text(answer, separator))


def _set_text(answer: Any, separator: str) -> str:
    """Return the classes with the separator between them, or as a list if that would read otherwise."""
    text = separator.join(answer.labels)
    is_plain = text[:1] not in ("[", "{", "(") and not any(
        sign in name for name in answer.labels for sign in SEPARATORS
    )
    return text if text and is_plain else dumps(answer.labels, ensure_ascii=False)


def _read_numbers(texts: Sequence[str], where: Where, *, bounds: Bounds) -> WrittenAnswers:
    values = [_as_number(text, where(index)) for index, text in enumerate(texts)]
    low, high = _range_of(values, where, bounds)
    schema = NumberSchema(low=low, high=high if high > low else low + 1)
    return WrittenAnswers(
        schema=schema,
        answers=[NumberAnswer(value=value) for value in values],
        write=_number_text,
        open_ends=bounds is None,
    )


def _range_of(values: Sequence[float], where: Where, bounds: Bounds) -> tuple[float, float]:
    """Return the range of numbers. Raises UnreadableAnswer for one outside of `bounds`."""
    if bounds is None:
        return min(values), max(values)
    for index, value in enumerate(values):
        if not bounds[0] <= value <= bounds[1]:
            detail = f"{value:g} is outside of --range {bounds[0]:g} {bounds[1]:g}"
            raise UnreadableAnswer(where(index), detail, "mend it, or give a wider range")
    return bounds


def _number_text(answer: Any) -> str:
    return f"{answer.value:.10g}"


def _as_number(text: str, where: str) -> float:
    try:
        value = plain_number(text)
    except ValueError:
        value = np.nan
    if not abs(value) <= 1e15:
        raise UnreadableAnswer(where, f"{shown_text(text)} is not a number up to 1e15", "write it as 1234.5")
    return value


def _read_ratings(texts: Sequence[str], where: Where, *, bounds: Bounds) -> WrittenAnswers:
    values = [_as_rating(text, where(index)) for index, text in enumerate(texts)]
    low, high = map(int, _range_of(values, where, bounds))
    low, high = (low, high) if low < high else (min(low, 1), max(high, 5))
    schema = RatingSchema(low=low, high=high)
    return WrittenAnswers(
        schema=schema, answers=[RatingAnswer(value=value) for value in values], write=_number_text
    )


def _as_rating(text: str, where: str) -> int:
    value = _as_number(text, where)
    if value != int(value):
        detail = f"{shown_text(text)} is not a whole number, as ratings are"
        raise UnreadableAnswer(where, detail, "use --shape number")
    return int(value)


def _read_texts(texts: Sequence[str], where: Where) -> WrittenAnswers:
    del where
    return WrittenAnswers(
        schema=TextSchema(most_characters=min(max(map(len, texts)), MOST_CHARACTERS)),
        answers=[TextAnswer(text=text) for text in texts],
        write=_text_of,
    )


def _text_of(answer: Any) -> str:
    return str(answer.text)


ValueReader = Callable[..., WrittenAnswers]
_VALUE_READERS: dict[str, ValueReader] = {"number": _read_numbers, "rating": _read_ratings}
Reader = Callable[[Sequence[str], Where], WrittenAnswers]
_READERS: dict[str, Reader] = {
    "multi": _read_sets,
    "text": _read_texts,
    "pair": read_pairs,
    "ranking": read_rankings,
    "spans": read_spans,
    "boxes": read_boxes,
    "polygons": read_polygons,
}
