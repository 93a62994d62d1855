"""Checks of the cells that a command needs. A check names the cells of a column that cannot be used."""

import re
from collections.abc import Callable, Iterable, Mapping
from math import isfinite

from shoal.files.columns import EMPTY, Column, is_number, parse_numbers, parse_times
from shoal.files.encodings import UTF8, describe_bytes, encoding_fix, has_half_characters, has_raw_bytes
from shoal.files.faults import Fault

# Gets the name of a column and its cells; returns the faults by code, of EMPTY for empty cells.
Check = Callable[[str, Column], Mapping[int, Fault]]
_SHOWN = 60
_HALF = Fault(" has half a character (a lone surrogate)", "write the text as UTF-8")
_STARTS = frozenset("+-0123456789 ")
_ROUNDED = re.compile(r"[+-]?\d([.,]\d+)?[eE]\+\d\d+", re.ASCII)


def full_cells(name: str, column: Column) -> Mapping[int, Fault]:
    """Refuse empty cells and cells of blanks."""
    empty = Fault(f": {name} is empty", "fill it, or remove the row")
    if "" not in column.texts and not any(map(str.isspace, column.texts)):  # no loop in Python
        return {EMPTY: empty}
    blank = [code for code, text in enumerate(column.texts) if not text or text.isspace()]
    return dict.fromkeys([EMPTY, *blank], empty)


def plain_cells(name: str, column: Column) -> Mapping[int, Fault]:
    """Refuse lists and objects, and names that were numbers and are rounded, such as 1.23457E+15."""
    rounded = {
        code: Fault(
            f": {name} {text.strip()!r} is a rounded number",
            "store long numbers as integers or text, for floats and spreadsheets round them",
        )
        for code, text in enumerate(column.texts)
        if text[:1] in _STARTS and _ROUNDED.fullmatch(text.strip())
    }
    return rounded | {
        code: Fault(
            f": {name} is {_kind_of(column.texts[code])}, {_cut_text(column.texts[code])}", "give a text"
        )
        for code in column.nested
    }


def number_cells(name: str, column: Column) -> Mapping[int, Fault]:
    """Refuse cells that are not numbers; empty ones pass."""
    if parse_numbers([text for text in column.texts if text and not text.isspace()])[1] is None:
        return {}
    return _unparsed_cells(name, column, is_number, "a number")


def finite_cells(name: str, column: Column) -> Mapping[int, Fault]:
    """Refuse cells that are not finite numbers; empty ones pass."""
    return _unparsed_cells(
        name, column, lambda text: is_number(text) and isfinite(float(text)), "a finite number"
    )


def time_cells(name: str, column: Column) -> Mapping[int, Fault]:
    """Refuse cells that are neither numbers nor times, and the rarer ones of both; empty ones pass."""
    present = {code: text for code, text in enumerate(column.texts) if text and not text.isspace()}
    if parse_times(list(present.values()))[1] is None:
        return {}
    numbers = {code for code, text in present.items() if parse_numbers([text])[1] is None}
    times = {code for code, text in present.items() if parse_times([text])[1] is None} - numbers
    good = numbers if len(numbers) >= len(times) else times
    return {
        code: Fault(
            f": {name} {_cut_text(text)!r} is not a number or a time like 2026-03-01T12:30:00Z", "mend it"
        )
        for code, text in present.items()
        if code not in good
    }


def decoded_cells(column: Column, encoding: str = UTF8) -> Mapping[int, Fault]:
    """Refuse cells with bytes that are no text in the file's encoding, and with half a character."""
    if all(map(str.isascii, column.texts)):  # no loop in Python
        return {}
    halves = {code: _HALF for code, text in enumerate(column.texts) if has_half_characters(text)}
    bad = [code for code, text in enumerate(column.texts) if has_raw_bytes(text)]
    if not bad:
        return halves
    fix = encoding_fix([column.texts[code] for code in bad])
    return halves | {code: Fault(f": {describe_bytes(column.texts[code], encoding)}", fix) for code in bad}


def failed_codes(name: str, column: Column, checks: Iterable[Check]) -> dict[int, Fault]:
    """Return the first fault of each code."""
    faults: dict[int, Fault] = {}
    for check in checks:
        for code, fault in check(name, column).items():
            faults.setdefault(code, fault)
    return faults


def _unparsed_cells(
    name: str, column: Column, parses: Callable[[str], bool], what: str
) -> Mapping[int, Fault]:
    return {
        code: Fault(f": {name} {_cut_text(text.strip())!r} is not {what}", _number_fix(text))
        for code, text in enumerate(column.texts)
        if text and not text.isspace() and not parses(text)
    }


def _number_fix(text: str) -> str:
    if re.fullmatch(r"\s*[+-]?[\d.,' %]+\s*", text):
        return "write numbers such as 1234.5, with a point and no other sign"
    return "mend it, or leave the cell empty"


def _kind_of(json: str) -> str:
    return "a list" if json.startswith("[") else "an object"


def _cut_text(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
