"""Conversations and candidates of inferences."""

from collections import Counter
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from shoal.contracts.base import Id, Phrase, Text
from shoal.contracts.samples import Candidate, Turn
from shoal.inputs import Strict

MOST_TURNS = 1000


class TurnIn(Strict):
    """One message of a conversation."""

    role: Literal["user", "assistant", "system", "tool"] = Field(
        description="Who wrote the message.", examples=["user"]
    )
    text: Text = Field(description="The message.", examples=["How much wheat was exported?"])


class CandidateIn(Strict):
    """One of the answers to compare."""

    id: Id = Field(description="Its id among the candidates of the inference.", examples=["a"])
    text: Text = Field(description="The answer.", examples=["12 million tonnes."])
    model: Phrase = Field(
        default="", description="The model that wrote it; annotators do not see it.", examples=["chat-7"]
    )


def fault_of_parts(
    turns: Sequence[TurnIn] | None, prompt: str | None, candidates: Sequence[CandidateIn] | None
) -> str | None:
    """Return what is wrong with the parts of a conversation together; None if nothing is."""
    if candidates is None:
        return None if prompt is None else "a prompt needs candidates; send a text without them as text"
    if (turns is None) == (prompt is None):
        return "candidates need one of prompt and turns, which they answer"
    name, count = Counter(candidate.id for candidate in candidates).most_common(1)[0]
    return f"the candidate id {name[:40]!r} is there {count} times" if count > 1 else None


def to_turns(turns: Sequence[TurnIn] | None) -> tuple[Turn, ...] | None:
    """Return turns in the form of events."""
    return None if turns is None else tuple(Turn.model_construct(**turn.__dict__) for turn in turns)


def to_candidates(candidates: Sequence[CandidateIn] | None) -> tuple[Candidate, ...] | None:
    """Return candidates in the form of events."""
    if candidates is None:
        return None
    return tuple(Candidate.model_construct(**candidate.__dict__) for candidate in candidates)
