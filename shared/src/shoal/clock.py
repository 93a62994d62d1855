"""The clock that composition roots pass to the parts that need the time."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the current time in UTC, timezone-aware."""
    return datetime.now(UTC)
