"""The text of a row that people read and mark: its text, or its conversation with a line for each turn."""

from collections.abc import Mapping, Sequence
from typing import Any


def turns_text(turns: Sequence[Mapping[str, str]]) -> str:
    """Return a conversation as a text, `role: text` in each line, in which the offsets of spans count."""
    return "\n".join(f"{turn['role']}: {turn['text']}" for turn in turns)


def prompt_text(content: Mapping[str, Any]) -> str:
    """Return the prompt of candidates, or the conversation before them."""
    return content.get("prompt") or turns_text(content.get("turns") or ())


def candidates_text(content: Mapping[str, Any]) -> str:
    """Return a prompt and its candidates as a text, with a paragraph `id: text` for each of these."""
    shown = [f"{item['id']}: {item['text']}" for item in content["candidates"]]
    return "\n\n".join(filter(None, (prompt_text(content), *shown)))


def marked_passage(row: Mapping[str, Any]) -> str:
    """Return the text that the spans of a row count in."""
    turns = (row.get("content") or {}).get("turns")
    return turns_text(turns) if turns else row["text"]
