"""Intents: what the gateway is about to do at a provider, written down before it is done."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class IntentKind(StrEnum):
    """The calls of a provider that change something."""

    UPSERT = "upsert"
    EXTEND = "extend"
    PREDICT = "predict"
    CANCEL = "cancel"


class IntentState(StrEnum):
    """PENDING: to be done, or perhaps done (nobody knows after a crash); PARKED: waits for an operator."""

    PENDING = "pending"
    DONE = "done"
    DROPPED = "dropped"  # the task was cancelled before anything was sent
    PARKED = "parked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """One claimed intent. `attempts` counts this one too, so that above 1 an earlier outcome is unknown.

    `lease` names the claim: a later one, after this ran out, has another.
    """

    intent_id: str
    external_id: str
    lease: UUID
    kind: IntentKind
    attempts: int

    @property
    def maybe_done(self) -> bool:
        """Tell whether an earlier attempt may have reached the provider."""
        return self.attempts > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How one attempt ended. `wait_s` matters while the state is PENDING."""

    intent_id: str
    external_id: str
    lease: UUID
    state: IntentState
    error: str | None = None
    wait_s: float = 0.0
    task_ref: str | None = None
