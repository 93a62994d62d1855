"""What to do after an error of a dependency."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class Action(Enum):
    """The four answers to an error. Only `refuse` says that the record or request is at fault."""

    WAIT = "wait"
    RETRY = "retry"
    HALT = "halt"
    REFUSE = "refuse"

    @property
    def is_outage(self) -> bool:
        """Return whether the same record may succeed later, so that it must not be rejected."""
        return self is not Action.REFUSE


MEANINGS: Mapping[Action, str] = {
    Action.WAIT: "An outage. The consumer keeps its records and tries again with growing waits until it is "
    "over. HTTP answers 503 with `Retry-After`.",
    Action.RETRY: "A conflict of the moment, such as a deadlock. The same as `wait`; the first tries, after "
    "0.1 s and 0.2 s, nearly always succeed.",
    Action.HALT: "The installation is at fault, such as a wrong password or a missing table. The same as "
    "`wait`, and the log has an error (`consumer_halted`): an operator has to act. Afterwards work goes on by "
    "itself.",
    Action.REFUSE: "The record or this version of the service is at fault. The record is tried three times "
    "alone and becomes a dead letter with the reason `handler_error`. HTTP answers 500.",
}


@dataclass(frozen=True, slots=True)
class Rule:
    """The action for an error, with the error's name for the documentation."""

    action: Action
    name: str
