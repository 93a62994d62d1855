"""Sets of classes as text: lists of JSON, of Python or of NumPy, Label Studio's choices, or a|b."""

import re
from collections.abc import Iterable, Sequence
from json import loads
from typing import Any

SEPARATORS = {"|": "pipe", ";": "semicolon", ",": "comma"}
_EMPTY = frozenset(["()", "{}", "set()"])  # as Python prints empty tuples and sets
_LIST = re.compile(r"""[\[{(]\s*["'\[{]|\[[^\]]*,|\{[^}]*[,:]""")
_OTHER_SIGNS = re.compile(r"[|;,+/&\t\r\n]+|\s+and\s+| ")
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")


def parse_set(text: str) -> set[str] | None:
    """Return the classes of a list of names or whole numbers, or of one under `choices`; None for other text.

    A list is JSON, or what Python and NumPy print: ['a', 'b'], {'a', 'b'} and ['a' 'b'].
    """
    if text in _EMPTY:
        return set()
    if text[:1] not in ("[", "{", "("):
        return None
    try:
        content = loads(text)
    except (RecursionError, ValueError):
        return _printed_set(text)
    names = content.get("choices") if isinstance(content, dict) else content
    if not isinstance(names, list) or not all(map(_is_name, names)):
        return None
    return {str(name).strip() for name in names} - {""}


def is_broken_set(text: str) -> bool:
    """Return whether a text begins as a list or an object does, and is no set: [cod, eel], {"cod": true}.

    A name in brackets, such as [UNK], is none.
    """
    return text[:1] in ("[", "{", "(") and _LIST.match(text) is not None and parse_set(text) is None


def set_separator(texts: Iterable[str]) -> str:
    """Return the sign between the classes of sets that are no lists: the first of SEPARATORS in the texts."""
    plain = [text for text in texts if parse_set(text) is None]
    return next((sign for sign in SEPARATORS if any(sign in text for text in plain)), "|")


def split_set(text: str, separator: str) -> set[str]:
    """Return the classes of a list, or of names with a separator."""
    classes = parse_set(text)
    return {part.strip() for part in text.split(separator)} - {""} if classes is None else classes


def turned_sets(names: Sequence[str]) -> tuple[str, str] | None:
    """Return two names that are one set in another order, such as a|b and b|a; None without any."""
    first: dict[tuple[str, ...], str] = {}
    for name in names:
        parts = tuple(sorted(part.strip() for part in re.split(r"[|;,]", name)))
        if len(parts) > 1 and first.setdefault(parts, name) != name:
            return first[parts], name
    return None


def joined_classes(names: Iterable[str]) -> dict[str, list[str]]:
    """Return the names that other signs divide into further ones of the names: cod+eel beside cod and eel."""
    classes = {*names}
    parts = {name: [part.strip() for part in _OTHER_SIGNS.split(name)] for name in classes}
    return {name: some for name, some in sorted(parts.items()) if len(some) > 1 and classes.issuperset(some)}


def _printed_set(text: str) -> set[str] | None:
    inner = text[1:-1]
    if (
        text[-1:] not in ("]", "}", ")")
        or not _QUOTED.search(inner)
        or _QUOTED.sub("", inner).strip(" ,\n\t")
    ):
        return None
    names = [single or double for single, double in _QUOTED.findall(inner)]
    return {re.sub(r"\\(.)", r"\1", name).strip() for name in names} - {""}


def _is_name(name: Any) -> bool:
    return isinstance(name, (str, int)) and not isinstance(name, bool)
