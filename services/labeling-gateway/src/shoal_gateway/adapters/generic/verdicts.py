"""What a provider's HTTP status means for the call."""

from enum import StrEnum

REPEATED = frozenset({408, 425, 429})


class Verdict(StrEnum):
    """The end of a call, or another try."""

    DONE = "done"
    REPEAT = "repeat"
    REFUSED = "refused"


def verdict_of(status: int) -> Verdict:
    """Return what an HTTP status means. 409 is never repeated: it would be answered the same."""
    if 200 <= status < 300:
        return Verdict.DONE
    if status in REPEATED or status >= 500:
        return Verdict.REFUSED if status == 501 else Verdict.REPEAT
    return Verdict.REFUSED
