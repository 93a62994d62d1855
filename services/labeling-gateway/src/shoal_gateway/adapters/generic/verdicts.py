"""The meaning of a provider's HTTP status."""

from enum import StrEnum

REPEATED = frozenset({408, 425, 429})


class Verdict(StrEnum):
    """The call is done, to be repeated, or refused."""

    DONE = "done"
    REPEAT = "repeat"
    REFUSED = "refused"


def verdict_of(status: int) -> Verdict:
    """Return the verdict on an HTTP status. 409 is refused: a repeat would get the same answer."""
    if 200 <= status < 300:
        return Verdict.DONE
    if status in REPEATED or status >= 500:
        return Verdict.REFUSED if status == 501 else Verdict.REPEAT
    return Verdict.REFUSED
