"""Warnings about names: missing values, spellings of one name, and text in a wrong encoding."""

import shlex
import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np

from shoal.files.columns import Coded
from shoal.files.spelling import appearance_key, are_distinct, look_alikes
from shoal.wording import format_count

# As pandas, R, SQL and spreadsheets write missing values; "none" is left out, which is a common class.
_WORDS = "None NONE nan NaN NAN Nan -nan NaT NULL null Null NA N/A n/a n.a. N.A. <NA> nil Nil undefined"
_SIGNS = "#N/A #NA #NULL! #VALUE! \\N - -- ? ."
MISSING = frozenset([*_WORDS.split(), *_SIGNS.split()])
JOIN_LABELS = "they count as different classes; --join-spellings makes one of each group"
JOIN_TASKS = "they count as different tasks; --join-spellings makes one of each group"
_SHOWN = 5  # groups in a warning


def counted_names(counts: Mapping[str, int]) -> Coded:
    """Return a column that holds each name as often as it counts."""
    names = sorted(counts)
    return Coded(np.repeat(np.arange(len(names), dtype=np.int32), [counts[name] for name in names]), names)


def label_warnings(name: str, column: Coded, *, join: bool) -> list[str]:
    """Return warnings about classes. join: whether those that differ in spelling only are joined."""
    return name_warnings(name, column, "classes", None if join else JOIN_LABELS)


def name_warnings(name: str, column: Coded, noun: str, fix: str | None) -> list[str]:
    """Return warnings about names. noun: what they are. fix: of other spellings, None if they are joined."""
    distinct = are_distinct(column.names)
    warnings = (
        missing_warning(name, column, noun),
        None if fix is None or distinct else spelling_warning(name, column, fix),
        None if distinct else resemblance_warning(name, column, noun),
        garbled_warning(name, column),
        quoted_warning(name, column),
    )
    return [warning for warning in warnings if warning is not None]


def missing_warning(name: str, column: Coded, noun: str) -> str | None:
    """Return a warning about texts that look like missing values, or None. noun: what they are now."""
    counts = column.counts()
    texts = [text for text in column.names if text in MISSING and counts[text]]
    if not texts:
        return None
    cells = " and ".join(f"{format_count(counts[text], 'cell')} {text!r}" for text in texts)
    options = " ".join(f"--missing={shlex.quote(text)}" for text in texts)
    return (
        f"{name} has {cells}, which {'looks' if len(texts) == 1 else 'look'} like missing values and "
        f"{'is' if len(texts) == 1 else 'are'} read as {noun}: leave the cells empty, or give {options}"
    )


def spelling_warning(name: str, column: Coded, fix: str) -> str | None:
    """Return a warning about names that differ only in their spelling; None without any."""
    groups = look_alikes(column.names)
    if not groups:
        return None
    counts = column.counts()
    shown = "; ".join(
        f"{_list_names(group, counts)} differ {_difference_of(group)}" for group in groups[:_SHOWN]
    )
    more = f"; and {format_count(len(groups) - _SHOWN, 'more group')}" if len(groups) > _SHOWN else ""
    return f"{name} has names that look alike: {shown}{more}: {fix}"


def resemblance_warning(name: str, column: Coded, noun: str) -> str | None:
    """Return a warning about names that may be one, but are never joined; None without any."""
    spellings = {name for group in look_alikes(column.names) for name in group[1:]}
    names = [other for other in column.names if other not in spellings]
    groups = look_alikes(names, appearance_key)
    if not groups:
        return None
    counts = column.counts()
    shown = "; ".join(_list_names(group, counts) for group in groups[:_SHOWN])
    more = f"; and {format_count(len(groups) - _SHOWN, 'more group')}" if len(groups) > _SHOWN else ""
    return f"{name} has names that may mean the same: {shown}{more}: they count as different {noun}; write them alike"


def quoted_warning(name: str, column: Coded) -> str | None:
    """Return a warning about names that are all in double quotes; None without any."""
    if not column.names or not all(len(text) > 2 and text[0] == text[-1] == '"' for text in column.names):
        return None
    return (
        f"{name} has names in double quotes, such as {column.names[0]}: in CSV no blank may stand before a quote; "
        "remove the blanks after separators"
    )


def garbled_warning(name: str, column: Coded) -> str | None:
    """Return a warning about text that was read in a wrong encoding; None without any."""
    if all(map(str.isascii, column.names)) and all(map(str.isprintable, column.names)):
        return None
    odd = [text for text in column.names if not (text.isascii() and text.isprintable())]
    garbled = [(text, reading) for text in odd if (reading := _utf8_of(text)) is not None]
    if garbled:
        text, reading = garbled[0]
        count = format_count(len(garbled), "name")
        return (
            f"{name} has {count} like {text!a}, which is {reading!r} in a wrong encoding: save the file as UTF-8 "
            "again, and leave --encoding out"
        )
    for text in odd:
        for character in text:
            if unicodedata.category(character) == "Cc" and character not in "\t\r\n":
                fix = "give --encoding windows-1252" if character >= "\x80" else "remove it"
                code = f"0x{ord(character):02X}"
                return f"{name} has {text!a}, which holds the control character {code}: {fix}"
    return None


def _utf8_of(text: str) -> str | None:
    """Return the text that UTF-8 would give, if all of it was UTF-8 and read as a western encoding."""
    if text.isascii():
        return None
    for codec in ("latin-1", "windows-1252"):
        try:
            return text.encode(codec).decode("utf-8")
        except UnicodeError:
            continue
    return None


def _list_names(group: Sequence[str], counts: Mapping[str, int]) -> str:
    shown = [ascii(text) if not text.isascii() else repr(text) for text in group]
    return " and ".join(f"{text} ({counts[name]:,})" for text, name in zip(shown, group, strict=True))


def _difference_of(group: Sequence[str]) -> str:
    if len({name.casefold() for name in group}) == 1:
        return "by case only"
    if len({"".join(name.split()) for name in group}) == 1:
        return "by blanks only"
    if len({unicodedata.normalize("NFKC", name) for name in group}) == 1:
        return "by Unicode form only"
    return "in spelling only"
