"""The action for every error that a dependency can raise."""

import asyncio
import inspect

import aiokafka.errors
import asyncpg
import grpc
import httpx
import pytest
from aiokafka.errors import KafkaError
from asyncpg import exceptions
from qdrant_client.common.client_exceptions import ResourceExhaustedResponse

from shoal.messaging.errors import PublishFailed, Transient, action_after
from shoal.outages import Action, action_for
from shoal.outages.kafka import KAFKA
from shoal.outages.postgres import CLASSES, STATES
from shoal.outages.remote import GRPC

WAIT, RETRY, HALT, REFUSE = Action.WAIT, Action.RETRY, Action.HALT, Action.REFUSE


def postgres_error(state: str) -> asyncpg.PostgresError:
    """Return the error that asyncpg makes of a server's answer."""
    return asyncpg.PostgresError.new({"S": "ERROR", "V": "ERROR", "C": state, "M": "the text"})


def grpc_error(code: grpc.StatusCode, details: str = "the text") -> grpc.aio.AioRpcError:
    return grpc.aio.AioRpcError(code, grpc.aio.Metadata(), grpc.aio.Metadata(), details=details)


def states_of_postgres() -> list[str]:
    classes = [
        kind
        for kind in vars(exceptions).values()
        if inspect.isclass(kind) and issubclass(kind, asyncpg.PostgresError)
    ]
    return sorted({kind.sqlstate for kind in classes if isinstance(getattr(kind, "sqlstate", None), str)})


@pytest.mark.parametrize(
    ("state", "action"),
    [
        ("53100", WAIT),  # disk full
        ("53200", WAIT),
        ("53300", WAIT),  # too many connections
        ("53400", WAIT),
        ("25006", WAIT),  # read-only
        ("57P01", WAIT),  # shutdown
        ("57P02", WAIT),
        ("57P03", WAIT),  # recovery
        ("58030", WAIT),  # input or output failed
        ("58P01", WAIT),
        ("55006", WAIT),
        ("08000", WAIT),
        ("08006", WAIT),
        ("08P01", WAIT),  # a pooler has no connection
        ("40001", RETRY),  # serialization
        ("40P01", RETRY),  # deadlock
        ("40003", RETRY),
        ("55P03", RETRY),  # lock time-out
        ("57014", RETRY),  # cancelled
        ("25P03", RETRY),
        ("25P04", RETRY),
        ("57P05", RETRY),
        ("26000", RETRY),
        ("28P01", HALT),
        ("28000", HALT),
        ("3D000", HALT),
        ("3F000", HALT),
        ("57P04", HALT),
        ("42501", HALT),
        ("42P01", HALT),
        ("42703", HALT),
        ("XX001", HALT),
        ("XX002", HALT),
        ("22021", REFUSE),  # a NUL
        ("22003", REFUSE),
        ("22P05", REFUSE),
        ("23505", REFUSE),
        ("23514", REFUSE),
        ("40002", REFUSE),
        ("42601", REFUSE),
        ("42883", REFUSE),
        ("54000", REFUSE),  # too large for an index
        ("P0001", REFUSE),
        ("XX000", REFUSE),
        ("0A000", REFUSE),
        ("QQ123", REFUSE),  # no class of PostgreSQL
    ],
)
def test_states_of_postgres(state: str, action: Action) -> None:
    assert action_for(postgres_error(state)) is action


@pytest.mark.parametrize("state", states_of_postgres())
def test_every_state_that_asyncpg_names_has_a_class_with_a_rule(state: str) -> None:
    assert action_for(postgres_error(state)) is STATES.get(state, CLASSES[state[:2]]).action


def test_an_error_of_a_class_without_a_state_of_that_name_takes_the_rule_of_its_class() -> None:
    assert action_for(postgres_error("53999")) is WAIT
    assert action_for(postgres_error("40ABC")) is RETRY


@pytest.mark.parametrize(
    ("error", "action"),
    [
        (asyncpg.InterfaceError("connection is closed"), WAIT),
        (asyncpg.InterfaceError("pool is closing"), WAIT),
        (asyncpg.InterfaceError("cannot perform operation: connection is closed"), WAIT),
        (asyncpg.InterfaceError("connection was closed during pool initialization"), WAIT),
        (exceptions._base.DataError("invalid input for query argument $1: 'pool is closed' (no)"), REFUSE),
        (asyncpg.InterfaceError("cannot encode 'disclosure' as an int"), REFUSE),
        (asyncpg.InterfaceError("the server expects 2 arguments for this query, 1 was passed"), REFUSE),
        (asyncpg.InvalidCachedStatementError("cached statement plan is invalid"), RETRY),
        (asyncpg.OutdatedSchemaCacheError("cached type is outdated"), RETRY),
        (exceptions.TargetServerAttributeNotMatched("no host accepts writes"), WAIT),
    ],
    ids=repr,
)
def test_errors_of_asyncpg_itself(error: Exception, action: Action) -> None:
    assert action_for(error) is action


CODES = {
    "CANCELLED": RETRY,
    "UNKNOWN": WAIT,
    "INVALID_ARGUMENT": REFUSE,
    "DEADLINE_EXCEEDED": WAIT,
    "NOT_FOUND": WAIT,
    "ALREADY_EXISTS": RETRY,
    "PERMISSION_DENIED": HALT,
    "RESOURCE_EXHAUSTED": WAIT,
    "FAILED_PRECONDITION": WAIT,
    "ABORTED": RETRY,
    "OUT_OF_RANGE": REFUSE,
    "UNIMPLEMENTED": HALT,
    "INTERNAL": WAIT,
    "UNAVAILABLE": WAIT,
    "DATA_LOSS": HALT,
    "UNAUTHENTICATED": HALT,
}


@pytest.mark.parametrize("code", [code for code in grpc.StatusCode if code is not grpc.StatusCode.OK])
def test_codes_of_grpc(code: grpc.StatusCode) -> None:
    assert action_for(grpc_error(code)) is CODES[code.name]
    assert set(CODES) == set(GRPC)


def test_a_message_above_the_limit_of_grpc_is_no_outage() -> None:
    text = "CLIENT: Received message larger than max (70000000 vs. 67108864)"
    assert action_for(grpc_error(grpc.StatusCode.RESOURCE_EXHAUSTED, text)) is REFUSE


def test_a_rate_limit_of_qdrant_is_an_outage() -> None:
    error = ResourceExhaustedResponse("rate limit", 3)
    error.__cause__ = grpc_error(grpc.StatusCode.RESOURCE_EXHAUSTED)  # as the client raises it
    assert action_for(error) is WAIT


@pytest.mark.parametrize(
    ("status", "action"),
    [
        *((status, REFUSE) for status in (400, 404, 410, 413, 422)),
        *((status, HALT) for status in (401, 403, 501, 505)),
        *((status, RETRY) for status in (409, 425)),
        *((status, WAIT) for status in (408, 423, 429, 500, 502, 503, 504, 507, 599)),
    ],
)
def test_statuses_of_http(status: int, action: Action) -> None:
    response = httpx.Response(status, request=httpx.Request("GET", "http://shoal"))
    with pytest.raises(httpx.HTTPStatusError) as raised:
        response.raise_for_status()
    assert action_for(raised.value) is action


def errors_of_kafka() -> list[type[KafkaError]]:
    return [
        kind
        for kind in vars(aiokafka.errors).values()
        if inspect.isclass(kind) and issubclass(kind, KafkaError)
    ]


def test_every_error_of_aiokafka_has_a_rule_and_none_that_it_retries_is_refused() -> None:
    bases = {KafkaError, aiokafka.errors.BrokerResponseError, aiokafka.errors.NoError}
    assert set(errors_of_kafka()) - bases == set(KAFKA)
    assert [kind for kind in errors_of_kafka() if kind.retriable and KAFKA[kind] is REFUSE] == []


@pytest.mark.parametrize(
    ("error", "action"),
    [
        (aiokafka.errors.KafkaConnectionError("x"), WAIT),
        (aiokafka.errors.KafkaTimeoutError("x"), WAIT),
        (aiokafka.errors.NotEnoughReplicasError("x"), WAIT),
        (aiokafka.errors.KafkaStorageError("x"), WAIT),
        (aiokafka.errors.RebalanceInProgressError("x"), RETRY),
        (aiokafka.errors.OutOfOrderSequenceNumber("x"), RETRY),
        (aiokafka.errors.TopicAuthorizationFailedError("x"), HALT),
        (aiokafka.errors.MessageSizeTooLargeError("x"), REFUSE),
        (TimeoutError(), WAIT),
        (OSError(28, "No space left on device"), WAIT),
        (OSError(24, "Too many open files"), WAIT),
        (httpx.ReadTimeout("x"), WAIT),
        (httpx.UnsupportedProtocol("x"), REFUSE),
        (httpx.LocalProtocolError("Illegal header value"), REFUSE),
        (FileNotFoundError(), REFUSE),
        (ValueError("x"), REFUSE),
        (MemoryError(), REFUSE),
    ],
    ids=repr,
)
def test_other_errors(error: Exception, action: Action) -> None:
    assert action_for(error) is action


async def test_the_worst_error_of_a_group_decides() -> None:
    async def fail(error: Exception) -> None:
        raise error

    async def action_of(*errors: Exception) -> Action:
        with pytest.raises(ExceptionGroup) as raised:
            async with asyncio.TaskGroup() as group:
                for error in errors:
                    group.create_task(fail(error))
        return action_for(raised.value)

    assert await action_of(TimeoutError(), postgres_error("40001")) is WAIT
    assert await action_of(TimeoutError(), postgres_error("28P01")) is HALT
    assert await action_of(TimeoutError(), KeyError("x")) is REFUSE


def test_an_outage_with_a_cause_takes_its_action() -> None:
    refused = PublishFailed("not allowed")
    refused.__cause__ = aiokafka.errors.TopicAuthorizationFailedError("topic")
    assert action_after(refused) is HALT
    away = Transient("Qdrant is away")
    away.__cause__ = grpc_error(grpc.StatusCode.UNAVAILABLE)
    assert action_after(away) is WAIT
    assert action_after(Transient("away")) is WAIT
