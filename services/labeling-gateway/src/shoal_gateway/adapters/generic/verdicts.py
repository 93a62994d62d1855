"""The meaning of a provider's HTTP status."""

from enum import StrEnum

from shoal_gateway.domain.faults import Fault

REPEATED = frozenset({408, 425, 429})
_FAULTS = {408: Fault.TIMEOUT, 425: Fault.RATE_LIMITED, 429: Fault.RATE_LIMITED, 504: Fault.TIMEOUT}


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


def fault_of(status: int) -> Fault:
    """Return the fault of an HTTP status that asks for a repeat."""
    return _FAULTS.get(status, Fault.SERVER_ERROR)
