"""What may be wrong with a call to a provider."""

from enum import StrEnum


class Fault(StrEnum):
    """What was wrong with a call to a provider. FAILED: an error of the gateway itself."""

    REFUSED = "refused"
    RATE_LIMITED = "rate_limited"
    TIMEOUT = "timeout"
    SERVER_ERROR = "server_error"
    UNREACHABLE = "unreachable"
    BAD_ANSWER = "bad_answer"
    FAILED = "failed"
