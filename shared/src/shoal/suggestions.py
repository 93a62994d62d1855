"""The name that somebody probably meant, for messages about wrong ones."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import lru_cache

# difflib takes up to a microsecond for each pair of characters, and one request may hold 500 wrong names.
MOST_PAIRS = 10_000


def closest_name(name: str, names: Sequence[str]) -> str | None:
    """Return the name that is most similar; None if none is, or if the comparison would take long.

    One that differs by case or blanks at its ends only is returned however many there are.
    """
    key = _folded_name(name)
    folded, characters = _folded_names(tuple(names))
    if key in folded:
        return folded[key]
    if len(key) * characters > MOST_PAIRS:
        return None
    close = get_close_matches(key, list(folded), n=1)
    return folded[close[0]] if close else None


@lru_cache(maxsize=8)
def _folded_names(names: tuple[str, ...]) -> tuple[Mapping[str, str], int]:
    """Return the names by their folded form, and the characters of those.

    Kept, because a batch may hold hundreds of wrong names, and a label schema ten thousand right ones.
    """
    folded = {_folded_name(name): name for name in reversed(names)}
    return folded, sum(map(len, folded))


def _folded_name(name: str) -> str:
    return name.strip().casefold()
