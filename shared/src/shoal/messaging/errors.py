"""Errors of consumers and publishers: whether to retry, to reject the record, or to stop."""

from collections.abc import Iterator
from contextlib import contextmanager

from shoal.outages import Action, action_for, error_text


class Transient(Exception):
    """A dependency is down or slow; the same records will succeed later and must not be dropped."""


class PublishFailed(Transient):
    """The broker did not acknowledge every message; a retry may publish the acknowledged ones twice."""


class MessageTooLarge(Exception):
    """A message exceeds the topic's limit; publishing it again will not help."""


class AccessRefused(Exception):
    """Kafka refuses access, or its settings cannot work.

    The text names the settings; a retry will not help.
    """


class Stopping(Transient):
    """The consumer has to stop while it waits; its records go back to the broker."""


def action_after(error: BaseException) -> Action:
    """Return the action for an error by the rule of docs/outages.md.

    An outage that has a cause takes its action: a publication that Kafka does not allow needs an operator.
    """
    if not isinstance(error, Transient):
        return action_for(error)
    halts = error.__cause__ is not None and action_after(error.__cause__) is Action.HALT
    return Action.HALT if halts else Action.WAIT


def is_transient(error: BaseException) -> bool:
    """Return whether `error` is an outage, after which the same records may succeed."""
    return action_after(error).is_outage


@contextmanager
def outages_of(server: str) -> Iterator[None]:
    """Turn outages within the block into Transient with the name of the server; other errors pass."""
    try:
        yield
    except Transient:
        raise
    except Exception as error:
        if not action_for(error).is_outage:
            raise
        raise Transient(f"{server} is unavailable: {error_text(error)}") from error
