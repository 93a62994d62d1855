"""Warnings about names that look like missing values, or that differ only in their spelling."""

import shlex
import unicodedata
from collections.abc import Mapping, Sequence

from shoal.files.columns import Coded
from shoal.files.spelling import look_alikes

# As pandas, R, SQL and spreadsheets write missing values; "none" is left out, which is a common class.
_WORDS = "None NONE nan NaN NAN Nan -nan NaT NULL null Null NA N/A n/a n.a. N.A. <NA> nil Nil undefined"
_SIGNS = "#N/A #NA #NULL! #VALUE! \\N - -- ? ."
MISSING = frozenset([*_WORDS.split(), *_SIGNS.split()])
JOIN_LABELS = "they count as different classes; --join-spellings makes one of each group"
_SHOWN = 5  # groups in a warning


def missing_warning(name: str, column: Coded, noun: str) -> str | None:
    """Return a warning about texts that look like missing values, or None. noun: what they are now."""
    counts = column.counts()
    texts = [text for text in column.names if text in MISSING and counts[text]]
    if not texts:
        return None
    cells = " and ".join(
        f"{counts[text]:,} {'cell' if counts[text] == 1 else 'cells'} {text!r}" for text in texts
    )
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
    more = f"; and {len(groups) - _SHOWN:,} more groups" if len(groups) > _SHOWN else ""
    return f"{name} has names that look alike: {shown}{more}: {fix}"


def _list_names(group: Sequence[str], counts: Mapping[str, int]) -> str:
    shown = [ascii(text) if not text.isascii() else repr(text) for text in group]
    return " and ".join(f"{text} ({counts[name]:,})" for text, name in zip(shown, group, strict=True))


def _difference_of(group: Sequence[str]) -> str:
    if len({name.casefold() for name in group}) == 1:
        return "by case only"
    if len({" ".join(name.split()) for name in group}) == 1:
        return "by blanks only"
    if len({unicodedata.normalize("NFKC", name) for name in group}) == 1:
        return "by Unicode form only"
    return "in spelling only"
