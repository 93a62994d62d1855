"""Errors of consumers and publishers: whether to retry, to reject the record, or to stop."""

import re

import asyncpg
import httpx
from aiokafka.errors import KafkaError


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


_PERMANENT_OS_ERRORS = (
    FileNotFoundError,
    FileExistsError,
    IsADirectoryError,
    NotADirectoryError,
    PermissionError,
)
_OUTAGES = (
    Transient,
    TimeoutError,
    OSError,
    httpx.TransportError,
    asyncpg.PostgresConnectionError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.TooManyConnectionsError,
    asyncpg.QueryCanceledError,
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
)


# asyncpg's states of a connection at its end: after a fatal error (2), cancelled (3), terminating (4).
# Numbers from 10 are queries under way: two at once on one connection are a programming error.
_DEAD_CONNECTION = re.compile(r'protocol is in the "failed" state|another operation \([234]\) is in progress')


def is_transient(error: BaseException) -> bool:
    """Return whether `error` is an outage, after which the same records may succeed.

    asyncpg reports a connection lost during a query as an InterfaceError, which also stands for programming
    errors, and one lost just before a query as an InternalClientError, which also stands for its own bugs;
    only their texts differ.
    """
    if isinstance(error, _PERMANENT_OS_ERRORS):
        return False
    if isinstance(error, asyncpg.InterfaceError):
        return "clos" in str(error)
    if isinstance(error, asyncpg.InternalClientError):
        return _DEAD_CONNECTION.search(str(error)) is not None
    if isinstance(error, KafkaError):
        return bool(error.retriable)
    return isinstance(error, _OUTAGES)
