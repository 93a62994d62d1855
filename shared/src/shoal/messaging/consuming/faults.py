"""Faults of our own: many of them, over several projects and keys, mean a bad deployment and not bad data.

A rejection that a use case returns is a judgement about data and never counts. What counts is a record that
cannot be decoded or that makes the handler fail. After a burst of them the consumer pauses, then takes a few
records at a time with longer and longer pauses between, and goes on at full speed once one succeeds. So a bad
deployment moves few records to the dead letters, and bad records cannot stop a consumer for good.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from shoal.backoff import Backoff
from shoal.messaging.consuming.consumer import FaultPolicy
from shoal.messaging.records.decoding import UNKNOWN_PROJECT


class Result(Enum):
    """What became of a record."""

    SUCCESS = "success"
    REFUSAL = "refusal"
    FAULT = "fault"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of one record, with its project and key."""

    result: Result
    project: str = UNKNOWN_PROJECT
    key: bytes | None = None


class FaultWatch:
    """Watches the outcomes of one consumer's records and says when to pause."""

    def __init__(self, policy: FaultPolicy) -> None:
        self._policy = policy
        self._window: deque[Outcome] = deque(maxlen=policy.window)
        self._streak: list[Outcome] = []  # faults since the last success
        self._pauses = 0
        self._backoff = Backoff(policy.first_pause_s, policy.longest_pause_s)
        self.reason = ""
        """Why the consumer pauses or probes; empty while it works at full speed."""

    def most_records(self, records: int) -> int:
        """Return how many of `records` to take at once: a few while the consumer probes."""
        return min(records, self._policy.probe_records) if self._pauses else records

    def note_outcomes(self, outcomes: Sequence[Outcome]) -> float:
        """Record a batch whose dead letters are published; return how long to pause, in seconds."""
        for outcome in outcomes:
            self._note(outcome)
        if not self._policy.longest_pause_s:
            return 0.0
        if self._pauses and any(outcome.result is Result.SUCCESS for outcome in outcomes):
            self.forget()
            return 0.0
        faults = self._suspects() if not self._pauses else self._streak
        if not faults or all(outcome.result is not Result.FAULT for outcome in outcomes):
            return 0.0
        self._pauses += 1
        self.reason = self._explain(faults)
        return self._backoff.wait_s(self._pauses)

    def forget(self) -> None:
        """Go on at full speed, as if no record had failed."""
        self._window.clear()
        self._streak.clear()
        self._pauses, self.reason = 0, ""

    def _note(self, outcome: Outcome) -> None:
        if outcome.result is Result.REFUSAL:
            return
        self._window.append(outcome)
        if outcome.result is Result.SUCCESS:
            self._streak.clear()
        elif len(self._streak) < self._policy.window:
            self._streak.append(outcome)

    def _suspects(self) -> list[Outcome]:
        """Return the faults that look like a bad deployment: many, over several projects and keys."""
        if len(self._streak) > self._policy.burst and self._is_spread(self._streak):
            return self._streak
        faults = [outcome for outcome in self._window if outcome.result is Result.FAULT]
        if (
            len(self._window) == self._policy.window
            and len(faults) > self._policy.share * self._policy.window
        ):
            return faults if self._is_spread(faults) else []
        return []

    def _is_spread(self, faults: Sequence[Outcome]) -> bool:
        projects = {fault.project for fault in faults}
        several = len(projects) >= self._policy.projects or UNKNOWN_PROJECT in projects
        return several and len({(fault.project, fault.key) for fault in faults}) >= self._policy.keys

    def _explain(self, faults: Sequence[Outcome]) -> str:
        projects = sorted({fault.project or "(unknown)" for fault in faults})
        shown = ", ".join(projects[:3]) + (f" and {len(projects) - 3} more" if len(projects) > 3 else "")
        return (
            f"{len(faults)} records of projects {shown} could not be decoded or handled: this version is "
            "probably at fault; see the dead letters, then deploy a better one, or run shoal dlq skip"
        )
