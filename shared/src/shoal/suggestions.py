"""The name that somebody probably meant, for messages about wrong ones."""

from collections.abc import Sequence
from difflib import get_close_matches

# difflib takes up to a microsecond for each pair of characters, and one request may hold 500 wrong names.
MOST_PAIRS = 10_000


def closest_name(name: str, names: Sequence[str]) -> str | None:
    """Return the name that is most similar; None if none is, or if the comparison would take long.

    One that differs by case or blanks at its ends only is returned however many there are.
    """
    key = _folded_name(name)
    folded = {_folded_name(other): other for other in reversed(names)}
    if key in folded:
        return folded[key]
    if len(key) * sum(map(len, folded)) > MOST_PAIRS:
        return None
    close = get_close_matches(key, list(folded), n=1)
    return folded[close[0]] if close else None


def _folded_name(name: str) -> str:
    return name.strip().casefold()
