"""Connections that a broker has reset: uvloop raises RuntimeError for a write, aiokafka expects OSError.

Between the reset and the end of the task that reads the connection, every request of the client would end the
task that makes it: metadata, heartbeats, fetching or the producer's sending, without a word and for ever.
"""

from typing import Any

from aiokafka.conn import AIOKafkaConnection, CloseReason
from aiokafka.errors import KafkaConnectionError

_send = AIOKafkaConnection.send
_send_token = AIOKafkaConnection._send_sasl_token


def install_closed_connections() -> None:
    """Let every connection of this process report a write to a closed transport as a lost connection."""
    AIOKafkaConnection.send = send_request
    AIOKafkaConnection._send_sasl_token = send_token


def send_request(connection: AIOKafkaConnection, request: Any, expect_response: bool = True) -> Any:
    """Send a request as aiokafka does. Raises KafkaConnectionError if the connection is gone."""
    try:
        return _send(connection, request, expect_response)
    except RuntimeError as error:
        raise _close_connection(connection, error) from error


def send_token(connection: AIOKafkaConnection, payload: bytes, expect_response: bool = True) -> Any:
    """Send a token of a login as aiokafka does. Raises KafkaConnectionError if the connection is gone."""
    try:
        return _send_token(connection, payload, expect_response)
    except RuntimeError as error:
        raise _close_connection(connection, error) from error


def _close_connection(connection: AIOKafkaConnection, error: RuntimeError) -> Exception:
    """Close the connection and return what a client expects to be raised."""
    if isinstance(error, NotImplementedError):  # of a request that the broker does not know
        return error
    connection.close(reason=CloseReason.CONNECTION_BROKEN, exc=error)
    lost: Exception = KafkaConnectionError(
        f"Connection at {connection.host}:{connection.port} broken: {error}"
    )
    return lost
