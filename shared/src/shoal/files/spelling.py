"""Names that differ only in their spelling: case, blanks, Unicode form, or a number's form."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence

INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))  # zero width, soft hyphen
_WHOLE = re.compile(r"[+-]?\d+\.0*")
_PLAIN = re.compile(r"[a-z][a-z0-9_/:.-]*|[0-9]+")  # its own key; most names of tasks are, and they are many


def spelling_key(name: str) -> str:
    """Return what all spellings of a name have in common: "Cat ", "cat" and "ｃａｔ" are one, "1.0" and "1".

    Numbers keep leading zeros, so that the post codes 01067 and 1067 stay apart.
    """
    if _PLAIN.fullmatch(name):
        return name
    plain = unicodedata.normalize("NFKC", name).translate(INVISIBLE)
    plain = " ".join(unicodedata.normalize("NFKC", plain.casefold()).split())
    return plain.partition(".")[0].removeprefix("+") if _WHOLE.fullmatch(plain) else plain


def look_alikes(names: Iterable[str]) -> list[list[str]]:
    """Return the groups of at least two names that share a spelling key, in the order of `names`."""
    groups: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        groups.setdefault(spelling_key(name), []).append(name)
    return [group for group in groups.values() if len(group) > 1]


def joined_names(names: Sequence[str], counts: Mapping[str, int]) -> dict[str, str]:
    """Return the class of each name: the spelling with the highest count, the first of equal ones."""
    joined = {name: name for name in names}
    for group in look_alikes(names):
        best = max(group, key=lambda name: counts.get(name, 0))
        joined |= dict.fromkeys(group, best)
    return joined
