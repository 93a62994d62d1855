"""Intents: calls to a provider, written down before they are made."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class IntentKind(StrEnum):
    """The calls that change something at a provider."""

    UPSERT = "upsert"
    EXTEND = "extend"
    PREDICT = "predict"
    CANCEL = "cancel"


class IntentState(StrEnum):
    """PENDING: to do, or done with an unknown outcome after a crash; PARKED: waits for an operator."""

    PENDING = "pending"
    DONE = "done"
    DROPPED = "dropped"  # the task was cancelled before the call
    PARKED = "parked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One claimed intent. `attempts` includes this one: above 1, an earlier outcome is unknown.

    `lease` identifies the claim; a claim made after this one expires has another.
    """

    intent_id: str
    external_id: str
    lease: UUID
    kind: IntentKind
    attempts: int

    @property
    def maybe_done(self) -> bool:
        """Return whether an earlier attempt may have reached the provider."""
        return self.attempts > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of one attempt. `wait_s`, the delay before the next, applies while the state is PENDING."""

    intent_id: str
    external_id: str
    lease: UUID
    state: IntentState
    error: str | None = None
    wait_s: float = 0.0
    task_ref: str | None = None
