"""Budgets of votes: hard limits under replays, retries and several replicas.

A job reserves its largest number of votes when it is created. Votes are never returned to the budget, so no
later vote, revision or replay can overrun it. The counters live in one database row, which is locked while a
`Ledger` is in use; a check constraint on the row refuses an overrun even if this code is wrong.
"""

from dataclasses import dataclass
from typing import Literal

Refusal = Literal["budget_spent", "day_cap_reached"]


@dataclass(slots=True)
class Ledger:
    """What is left of one policy's budget; None means no limit.

    votes_left: votes of the whole budget. day_left: units left today (samples of a campaign, votes of the
    audit).
    """

    votes_left: int | None
    day_left: int | None = None
    votes: int = 0  # reserved through this ledger
    jobs: int = 0

    def refusal(self, votes: int, day_units: int = 1) -> Refusal | None:
        """Return why the budget cannot pay for a job of `votes` votes, or None."""
        if votes < 1:
            raise ValueError("a job has at least one vote")
        if self.votes_left is not None and votes > self.votes_left:
            return "budget_spent"
        if self.day_left is not None and day_units > self.day_left:
            return "day_cap_reached"
        return None

    def reserve(self, votes: int, day_units: int = 1) -> Refusal | None:
        """Reserve a job of `votes` votes and return None, or reserve nothing and return why."""
        if refusal := self.refusal(votes, day_units):
            return refusal
        if self.votes_left is not None:
            self.votes_left -= votes
        if self.day_left is not None:
            self.day_left -= day_units
        self.votes += votes
        self.jobs += 1
        return None
