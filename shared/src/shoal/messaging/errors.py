"""Errors that consumers and publishers tell apart: what to repeat, what to refuse, what to stop for."""

import asyncpg
import httpx
from aiokafka.errors import KafkaError


class Transient(Exception):
    """Something outside is down or slow: the same records will succeed later and must be kept."""


class PublishFailed(Transient):
    """The broker did not acknowledge every message; those that it did acknowledge may come twice."""


class MessageTooLarge(Exception):
    """A message is larger than the topic takes; publishing it again will not help."""


class AccessRefused(Exception):
    """Kafka does not let us in, or its settings cannot work: one line that names them. A repeat will not help."""


class DeadLetterCapExceeded(Exception):
    """So many records were refused that the fault is likely ours:
    nothing more is refused, the consumer stops.
    """


class Stopping(Transient):
    """The consumer was asked to stop while it waited: its records go back to the broker."""


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


def is_transient(error: BaseException) -> bool:
    """Tell whether `error` is an outage, so that the same records may succeed later.

    asyncpg reports a connection lost under a query as an InterfaceError, the class of programming mistakes too, and
    one lost just before it as an InternalClientError, the class of its own faults; only their texts tell them apart.
    """
    if isinstance(error, _PERMANENT_OS_ERRORS):
        return False
    if isinstance(error, asyncpg.InterfaceError):
        return "clos" in str(error)
    if isinstance(error, asyncpg.InternalClientError):
        return 'protocol is in the "failed" state' in str(error)
    if isinstance(error, KafkaError):
        return bool(error.retriable)
    return isinstance(error, _OUTAGES)
