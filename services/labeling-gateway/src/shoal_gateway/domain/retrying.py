"""When a call to a provider is repeated, and when it is given up."""

FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 300.0
MOST_ATTEMPTS = 12  # a quarter of an hour of waits; then the intent is parked for an operator


def wait_s(attempt: int, *, retry_after_s: float | None, jitter: float) -> float:
    """Return the seconds before attempt `attempt + 1` (attempts count from 1).

    The wait doubles from FIRST_WAIT_S to LONGEST_WAIT_S; `jitter`, in [0, 1], spreads it over its upper half.
    A provider's Retry-After is honoured as a lower bound, up to an hour.
    """
    full = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(attempt - 1, 16))
    backoff = full * (0.5 + 0.5 * jitter)
    return max(backoff, min(retry_after_s or 0.0, 3600.0))


def attempts_exhausted(attempts: int) -> bool:
    """Tell whether a call that failed so often should be parked. A 500 may well be our own bad request."""
    return attempts >= MOST_ATTEMPTS
