"""Which errors are outages."""

import asyncpg
import httpx
import pytest
from aiokafka.errors import KafkaConnectionError, MessageSizeTooLargeError

from shoal.messaging.errors import PublishFailed, Transient, is_transient


@pytest.mark.parametrize(
    "error",
    [
        Transient("x"),
        PublishFailed("x"),
        TimeoutError(),
        ConnectionRefusedError(),
        OSError("host is unreachable"),
        httpx.ReadTimeout("x"),
        asyncpg.ConnectionDoesNotExistError("x"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.InternalClientError('cannot switch to state 12; protocol is in the "failed" state'),
        asyncpg.InternalClientError('cannot switch to "idle" state; protocol is in the "failed" state'),
        asyncpg.InternalClientError("cannot switch to state 12; another operation (2) is in progress"),
        asyncpg.InternalClientError("cannot switch to state 12; another operation (4) is in progress"),
        asyncpg.DeadlockDetectedError("x"),
        KafkaConnectionError("x"),
    ],
    ids=repr,
)
def test_outages(error: Exception) -> None:
    assert is_transient(error)


@pytest.mark.parametrize(
    "error",
    [
        ValueError(),
        KeyError(),
        FileNotFoundError(),
        PermissionError(),
        asyncpg.UniqueViolationError("x"),
        asyncpg.InterfaceError("the server expects 2 arguments for this query, 1 was passed"),
        asyncpg.InternalClientError("cannot switch to state 12; another operation (15) is in progress"),
        MessageSizeTooLargeError("x"),
    ],
    ids=repr,
)
def test_faults_that_repetition_does_not_cure(error: Exception) -> None:
    assert not is_transient(error)
