"""The two streams of a command: results on `out`, everything else on `err`."""

from rich.console import Console
from rich.markup import escape

out, err = Console(emoji=False), Console(stderr=True, emoji=False)


def shown_name(text: str, most: int = 40) -> str:
    """Return a file's text for a table, cut to `most` characters and escaped from markup."""
    return escape(text if len(text) <= most else text[: most - 1] + "…")
