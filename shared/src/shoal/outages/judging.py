"""The action for any error."""

import asyncpg
import httpx
from aiokafka.errors import KafkaError

from shoal.outages.actions import Action
from shoal.outages.kafka import action_for_kafka
from shoal.outages.postgres import action_for_postgres
from shoal.outages.remote import GRPC, action_for_code, action_for_status

_PERMANENT = (
    FileNotFoundError,
    FileExistsError,
    IsADirectoryError,
    NotADirectoryError,
    PermissionError,
    httpx.UnsupportedProtocol,
    httpx.LocalProtocolError,
)
_OUTAGES = (TimeoutError, OSError, httpx.TransportError)
_SEVERITY = (Action.REFUSE, Action.HALT, Action.WAIT, Action.RETRY)


def action_for(error: BaseException) -> Action:
    """Return the action for an error. The worst of a group decides: refuse, halt, wait, retry."""
    if isinstance(error, BaseExceptionGroup):
        return min(map(action_for, error.exceptions), key=_SEVERITY.index)
    if isinstance(error, (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)):
        return action_for_postgres(error)
    if isinstance(error, KafkaError):
        return action_for_kafka(error)
    if isinstance(error, httpx.HTTPStatusError):
        return action_for_status(error.response.status_code)
    if isinstance(error, _PERMANENT):
        return Action.REFUSE
    if isinstance(error, _OUTAGES):
        return Action.WAIT
    if code := grpc_code(error) or grpc_code(error.__cause__):  # Qdrant's client wraps a rate limit
        return action_for_code(code, str(error))
    return Action.REFUSE


def grpc_code(error: BaseException | None) -> str:
    """Return the name of the gRPC code of an error, "" without one; this module does not import grpc."""
    code = getattr(error, "code", None)
    name = getattr(code() if callable(code) else None, "name", "")
    return name if name in GRPC else ""


def error_text(error: BaseException) -> str:
    """Return an error in one line: gRPC's own text has the call's trace too."""
    details = getattr(error, "details", None)
    return f"{grpc_code(error)}: {details()}" if grpc_code(error) and callable(details) else repr(error)
