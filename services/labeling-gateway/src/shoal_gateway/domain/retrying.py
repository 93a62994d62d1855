"""When to repeat a failed call to a provider, and when to give up."""

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 300.0
MOST_ATTEMPTS = 12  # about a quarter of an hour of waits; then the intent is parked for an operator


def wait_s(attempt: int, *, retry_after_s: float | None, jitter: float) -> float:
    """Return the seconds to wait before attempt `attempt + 1`; attempts count from 1.

    The wait doubles from FIRST_WAIT_S to LONGEST_WAIT_S; `jitter`, in [0, 1], spreads it over its upper half.
    A provider's Retry-After is a lower bound, up to an hour.
    """
    full = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(attempt - 1, 16))
    backoff = full * (0.5 + 0.5 * jitter)
    return max(backoff, min(retry_after_s or 0.0, 3600.0))


def attempts_exhausted(attempts: int) -> bool:
    """Return whether to park a call that failed this often. A 500 may be caused by our own request."""
    return attempts >= MOST_ATTEMPTS
