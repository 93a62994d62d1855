"""Pairs and rankings as preferences: a prompt with a chosen and a rejected answer, as trainers read them.

A prompt that is a text gives three texts. A conversation gives three lists of messages (role, content); so
does every row of a version whose first prompt is a conversation, because a trainer reads one form.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Any

from shoal_qa.domain.exports.losses import Unexportable

Row = Mapping[str, Any]


def has_turns(row: Row) -> bool:
    """Return whether the prompt of a row is a conversation."""
    return bool(row["content"].get("turns"))


def preference_rows(row: Row, *, messages: bool) -> list[dict[str, Any]]:
    """Return one preference of a pair, or one of every two candidates of a ranking that are not tied.

    messages: whether prompt and answers are lists of messages. Raises Unexportable if all candidates are
    tied, or a conversation has to be a text.
    """
    if has_turns(row) and not messages:
        raise Unexportable("conversation_among_texts")
    texts = {item["id"]: item["text"] for item in row["content"]["candidates"]}
    pairs = list(_ordered_pairs(row["answer"], list(texts)))
    if not pairs:
        raise Unexportable("tie")
    prompt = _prompt_messages(row["content"]) if messages else row["content"].get("prompt") or ""
    return [
        {
            "prompt": prompt,
            "chosen": _reply_text(texts[better], messages),
            "rejected": _reply_text(texts[worse], messages),
            "chosen_id": better,
            "rejected_id": worse,
            "sample_id": row["sample_id"],
            "probability": row["probability"],
        }
        for better, worse in pairs
    ]


def _ordered_pairs(answer: Mapping[str, Any], ids: list[str]) -> Iterator[tuple[str, str]]:
    """Yield (better, worse) ids."""
    if answer["kind"] == "pair":
        if answer["choice"] is not None:
            yield answer["choice"], next(name for name in ids if name != answer["choice"])
        return
    for better, worse in combinations(answer["order"], 2):
        yield from ((first, second) for first in better for second in worse)


def _prompt_messages(content: Mapping[str, Any]) -> list[dict[str, str]]:
    turns = [{"role": turn["role"], "content": turn["text"]} for turn in content.get("turns") or ()]
    prompt = content.get("prompt")
    return [*turns, *([{"role": "user", "content": prompt}] if prompt else [])]


def _reply_text(text: str, messages: bool) -> Any:
    return [{"role": "assistant", "content": text}] if messages else text
