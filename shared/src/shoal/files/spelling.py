"""Names that differ only in their spelling: case, blanks, quotes, Unicode form, or a number's form."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence

INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))  # zero width, soft hyphen
_WHOLE = re.compile(r"[+-]?\d+(\.0*|,00?)")
_PLAIN = re.compile(r"[a-z][a-z0-9_/:.-]*|[0-9]+")  # its own key; most names of tasks are, and they are many
_QUOTED = re.compile("([\"'`]).*\\1|\u201c.*\u201d|\u2018.*\u2019|\u00ab.*\u00bb|\u201e.*[\u201c\u201d]")
_TRUTH = {"true": "1", "false": "0"}
_ANSWERS = {**_TRUTH, "yes": "1", "no": "0"}
_SPECIAL = re.compile(r"""[ \t\r\v\f"'`+]|^-?\d+[.,]|\n\n""", re.MULTILINE)
_JOINTS = re.compile("[-_]+")
_ZEROS = re.compile(r"^0+(?=\d+$)", re.MULTILINE)
_SIMILAR = str.maketrans(  # letters of other alphabets that look like Latin ones
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u043a\u043c\u0442\u043d\u0432\u0501\u03bf\u03b1\u03bd\u03c1\u03b9\u03ba\u03c7\u03c5\u0131",
    "aeopcyxijskmthbdoavpikxui",
)


def spelling_key(name: str) -> str:
    """Return what all spellings of a name have in common: "Cat ", "cat" and "ｃａｔ" are one, "1.0" and "1".

    Numbers keep leading zeros, so that the post codes 01067 and 1067 stay apart.
    """
    if _PLAIN.fullmatch(name):
        return name
    if name.isascii():
        plain = " ".join(name.lower().split())
    else:
        plain = unicodedata.normalize("NFKC", name).translate(INVISIBLE)
        plain = " ".join(unicodedata.normalize("NFKC", plain.casefold()).split())
    if _QUOTED.fullmatch(plain) and len(plain) > 2:
        plain = plain[1:-1].strip()
    return re.split("[.,]", plain)[0].removeprefix("+") if _WHOLE.fullmatch(plain) else plain


def appearance_key(name: str) -> str:
    """Return what names share that may be one: also "ice-cream" and "ice cream", "001" and "1", "yes", "1".

    Cyrillic and Greek letters that look like Latin ones count as these.
    """
    plain = spelling_key(name)
    if plain.isdecimal():
        return plain.lstrip("0") or "0"
    if not plain.isascii():
        plain = plain.translate(_SIMILAR)
    return _ANSWERS.get(plain) or " ".join(re.split("[-_ ]+", plain))


def look_alikes(names: Iterable[str], key: Callable[[str], str] = spelling_key) -> list[list[str]]:
    """Return the groups of at least two names that share a key, in the order of `names`.

    By `spelling_key`, "true" and "1" are one if both are among the names, and so are "false" and "0".
    """
    groups: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        groups.setdefault(key(name), []).append(name)
    for word, number in _TRUTH.items():
        if key is spelling_key and word in groups and number in groups:
            groups[number] += groups.pop(word)
    return [group for group in groups.values() if len(group) > 1]


def are_distinct(names: Sequence[str]) -> bool:
    """Return whether plain names, such as ids of many tasks, have distinct keys of both kinds.

    Without a loop over the names; names that are not plain need one.
    """
    if not _ANSWERS.keys().isdisjoint(names):
        return False
    text = "\n".join(names)
    if not text.isascii() or _SPECIAL.search(text):
        return False
    keys = _ZEROS.sub("", _JOINTS.sub(" ", text.lower())).split("\n")
    return len(set(keys)) == len(names)


def joined_names(names: Sequence[str], counts: Mapping[str, int]) -> dict[str, str]:
    """Return the class of each name: the spelling with the highest count, the first of equal ones."""
    joined = {name: name for name in names}
    for group in look_alikes(names):
        best = max(group, key=lambda name: counts.get(name, 0))
        joined |= dict.fromkeys(group, best)
    return joined
