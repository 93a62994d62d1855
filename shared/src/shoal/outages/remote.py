"""Errors of Qdrant by their gRPC code, and of HTTP by their status."""

from collections.abc import Mapping

from shoal.outages.actions import Action, Rule

GRPC: Mapping[str, Rule] = {
    "CANCELLED": Rule(Action.RETRY, "the call was cancelled, for example by a proxy or a shutdown"),
    "UNKNOWN": Rule(Action.WAIT, "an answer that is no gRPC, for example of a proxy"),
    "INVALID_ARGUMENT": Rule(Action.REFUSE, "a wrong request, for example a vector of another length"),
    "DEADLINE_EXCEEDED": Rule(Action.WAIT, "no answer in time"),
    "NOT_FOUND": Rule(Action.WAIT, "the collection or alias is missing; the embedder makes it anew"),
    "ALREADY_EXISTS": Rule(Action.RETRY, "another replica created the collection at the same time"),
    "PERMISSION_DENIED": Rule(Action.HALT, "the API key does not allow it"),
    "RESOURCE_EXHAUSTED": Rule(Action.WAIT, "rate limit, memory or disk"),
    "FAILED_PRECONDITION": Rule(Action.WAIT, "locked, or in recovery mode"),
    "ABORTED": Rule(Action.RETRY, "a conflict with another operation"),
    "OUT_OF_RANGE": Rule(Action.REFUSE, "a message larger than the server's limit"),
    "UNIMPLEMENTED": Rule(Action.HALT, "the server is too old, or no Qdrant"),
    "INTERNAL": Rule(Action.WAIT, "a fault of the server, also no space left on its disk"),
    "UNAVAILABLE": Rule(Action.WAIT, "the server is away, or a shard has no live replica"),
    "DATA_LOSS": Rule(Action.HALT, "unrecoverable data"),
    "UNAUTHENTICATED": Rule(Action.HALT, "the API key is missing or wrong"),
}
"""The rule of every code of gRPC but OK."""

HTTP: Mapping[int, Rule] = {
    401: Rule(Action.HALT, "key missing or wrong"),
    403: Rule(Action.HALT, "key does not allow it"),
    408: Rule(Action.WAIT, "request time-out"),
    409: Rule(Action.RETRY, "conflict"),
    423: Rule(Action.WAIT, "locked"),
    425: Rule(Action.RETRY, "too early"),
    429: Rule(Action.WAIT, "too many requests"),
    501: Rule(Action.HALT, "not implemented"),
    505: Rule(Action.HALT, "HTTP version not supported"),
    507: Rule(Action.WAIT, "insufficient storage"),
}
"""Statuses that differ from their hundred: 4xx is refused, any other is an outage."""


def action_for_code(code: str, detail: str = "") -> Action:
    """Return the action for the name of a gRPC code and the server's text."""
    if code == "RESOURCE_EXHAUSTED" and "larger than max" in detail:
        return Action.REFUSE  # one message above gRPC's limit, which halving the batch makes smaller
    rule = GRPC.get(code)
    return Action.REFUSE if rule is None else rule.action


def action_for_status(status: int) -> Action:
    """Return the action for an HTTP status of 400 or more."""
    if rule := HTTP.get(status):
        return rule.action
    return Action.REFUSE if 400 <= status < 500 else Action.WAIT
