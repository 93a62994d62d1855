"""The two streams of a command: results on `out`, everything else on `err`."""

import re
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.text import Text

_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters that move a terminal's cursor, colour it or turn its text around, and halves of characters."""


def visible_text(text: str) -> str:
    """Return a text with its control characters as escapes, such as \\x1b; line ends and tabs stay."""
    return _INVISIBLE.sub(lambda match: match[0].encode("unicode_escape").decode(), text)


def one_line(text: str) -> str:
    """Return a text with its line ends and control characters as escapes."""
    return visible_text(text).replace("\n", "\\n")


class VisibleConsole(Console):
    """A console that prints control characters of files and services as escapes."""

    def render_str(self, text: str, **options: Any) -> Text:
        """Return the text to print."""
        return super().render_str(visible_text(text), **options)


out, err = VisibleConsole(emoji=False), VisibleConsole(stderr=True, emoji=False)


def shown_name(text: str, most: int = 40) -> str:
    """Return a file's text for a table, cut to `most` characters and escaped from markup."""
    return escape(text if len(text) <= most else text[: most - 1] + "…")
