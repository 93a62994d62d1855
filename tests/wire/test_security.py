"""SASL and TLS on Apache Kafka: every way in works for a service, and every refusal is one line, at once."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from shoal.messaging import AccessRefused, Consumer, KafkaSettings, Received, Rejection
from shoal_local.servers.apache import ApacheBroker
from shoal_local.servers.secured import Secured
from shoal_local.stack import Stack
from wire.wirekit import committed, connected, eventually, messages, new_topic, number

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.skipif(
        os.environ.get("SHOAL_KAFKA") != "apache" or bool(os.environ.get("SHOAL_KAFKA_BOOTSTRAP")),
        reason="needs Apache Kafka: make test-kafka, with Java 17 and Maven",
    ),
]
WAYS = [
    ("SASL_SSL", "SCRAM-SHA-512"),
    ("SASL_SSL", "PLAIN"),
    ("SASL_PLAINTEXT", "SCRAM-SHA-512"),
    ("SASL_PLAINTEXT", "PLAIN"),
    ("SSL", "PLAIN"),
]
AT_ONCE_S = 5.0


@pytest.fixture(scope="module")
def secured() -> Iterator[Secured]:
    with Stack(servers=frozenset({"kafka"}), secured=True) as stack:
        broker = stack.servers["kafka"]
        assert isinstance(broker, ApacheBroker)
        assert broker.secured is not None
        yield broker.secured


def variables(secured: Secured, protocol: str, mechanism: str, **changed: str) -> dict[str, str]:
    """Return the environment of a process that comes in by `protocol`."""
    security = {
        "BOOTSTRAP": secured.bootstrap(protocol),
        "SECURITY_PROTOCOL": protocol,
        "PROVISION_TOPICS": "false",
        "SESSION_TIMEOUT_MS": "6000",
    }
    if protocol.startswith("SASL"):
        security |= {
            "SASL_MECHANISM": mechanism,
            "SASL_USERNAME": secured.user,
            "SASL_PASSWORD": secured.password,
        }
    if protocol.endswith("SSL"):
        security["SSL_CAFILE"] = str(secured.certificate)
    if protocol == "SSL":
        security |= {"SSL_CERTFILE": str(secured.certificate), "SSL_KEYFILE": str(secured.key)}
    return {f"SHOAL_KAFKA_{name}": value for name, value in (security | changed).items()}


def settings(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> KafkaSettings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return KafkaSettings()


@pytest.mark.parametrize(("protocol", "mechanism"), WAYS)
async def test_a_service_publishes_and_consumes(
    secured: Secured, monkeypatch: pytest.MonkeyPatch, protocol: str, mechanism: str
) -> None:
    way = settings(monkeypatch, variables(secured, protocol, mechanism))
    topic = await new_topic(way)
    offsets: set[int] = set()

    async def handle(batch: Sequence[Received[Any]]) -> Sequence[Rejection]:
        offsets.update(map(number, batch))
        return ()

    async with connected(way) as messaging:
        await messaging.publisher.publish(messages(topic, 20))
        await messaging.start([Consumer(topic=topic, group=topic.groups[0], handle=handle)])
        await eventually(lambda: len(offsets) == 20)
    assert await committed(way, topic) == 20


async def refusal(way: KafkaSettings) -> str:
    async with asyncio.timeout(AT_ONCE_S):
        with pytest.raises(AccessRefused) as refused:
            async with connected(way):
                pass
    return str(refused.value)


@pytest.mark.parametrize(("protocol", "mechanism"), [WAYS[0], WAYS[3]])
async def test_a_wrong_password_is_refused_at_once(
    secured: Secured, monkeypatch: pytest.MonkeyPatch, protocol: str, mechanism: str
) -> None:
    wrong = variables(secured, protocol, mechanism, SASL_PASSWORD="no-such-password")
    message = await refusal(settings(monkeypatch, wrong))
    assert "SHOAL_KAFKA_SASL_PASSWORD" in message
    assert secured.bootstrap(protocol) in message
    assert "no-such-password" not in message
    assert "\n" not in message


async def test_a_mechanism_that_kafka_does_not_offer(
    secured: Secured, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = variables(secured, "SASL_SSL", "SCRAM-SHA-256")
    assert "SHOAL_KAFKA_SASL_MECHANISM" in await refusal(settings(monkeypatch, other))


async def test_a_certificate_that_is_not_trusted(secured: Secured, monkeypatch: pytest.MonkeyPatch) -> None:
    trusting = variables(secured, "SASL_SSL", "PLAIN")
    del trusting["SHOAL_KAFKA_SSL_CAFILE"]
    message = await refusal(settings(monkeypatch, trusting))
    assert "self-signed certificate" in message
    assert "SHOAL_KAFKA_SSL_CAFILE" in message


async def test_a_client_without_the_certificate_that_kafka_asks_for(
    secured: Secured, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = variables(secured, "SSL", "PLAIN")
    del bare["SHOAL_KAFKA_SSL_CERTFILE"], bare["SHOAL_KAFKA_SSL_KEYFILE"]
    assert "SHOAL_KAFKA_SSL_CERTFILE" in await refusal(settings(monkeypatch, bare))


@pytest.mark.parametrize(
    "command", [["-m", "shoal_gateway.main"], ["-m", "shoal.command_line.main", "dlq", "list"]]
)
def test_a_process_that_is_refused_says_so_in_one_line(secured: Secured, command: list[str]) -> None:
    wrong = variables(secured, "SASL_SSL", "SCRAM-SHA-512", SASL_PASSWORD="no-such-password")
    ports = {"SHOAL_HTTP_PORT": "0", "SHOAL_ADMIN_PORT": "0"}
    process = subprocess.run(
        [sys.executable, *command],
        env={**os.environ, **wrong, **ports},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        cwd=Path(__file__).parent,
    )
    printed = process.stdout + process.stderr
    assert process.returncode == 2, printed
    assert "SHOAL_KAFKA_SASL_PASSWORD" in printed
    assert "Traceback" not in printed
    assert "no-such-password" not in printed
