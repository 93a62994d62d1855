"""The retry table: what to do after a provider's answer, and when."""

from enum import StrEnum


class Verdict(StrEnum):
    """What an HTTP status means for the call."""

    DONE = "done"
    REPEAT = "repeat"
    REFUSED = "refused"


REPEATED = frozenset({408, 425, 429})
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 300.0
MOST_ATTEMPTS = 12  # a quarter of an hour of waits; then the intent is parked for an operator


def verdict(status: int) -> Verdict:
    """Return what an HTTP status means. 409 is never repeated: it would be answered the same."""
    if 200 <= status < 300:
        return Verdict.DONE
    if status in REPEATED or status >= 500:
        return Verdict.REFUSED if status == 501 else Verdict.REPEAT
    return Verdict.REFUSED


def wait_s(attempt: int, *, retry_after_s: float | None, jitter: float) -> float:
    """Return the seconds before attempt `attempt + 1` (attempts count from 1).

    The wait doubles from FIRST_WAIT_S to LONGEST_WAIT_S; `jitter`, in [0, 1], spreads it over its upper half.
    A provider's Retry-After is honoured as a lower bound, up to an hour.
    """
    full = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(attempt - 1, 16))
    own = full * (0.5 + 0.5 * jitter)
    return max(own, min(retry_after_s or 0.0, 3600.0))


def exhausted(attempts: int) -> bool:
    """Tell whether a call that failed so often should be parked. A 500 may well be our own bad request."""
    return attempts >= MOST_ATTEMPTS
