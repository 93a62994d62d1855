"""Keys and certificates of Apache Kafka change under a service: nothing acknowledged is lost."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from shoal.contracts.topics import Topic
from shoal.messaging import AccessRefused, Consumer, KafkaSettings, Messaging, Received, Rejection
from shoal_local.servers.apache import ApacheBroker
from shoal_local.stack import Stack
from wire.wirekit import committed, connected, eventually, message, new_topic, number

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.timeout(180),
    pytest.mark.skipif(
        os.environ.get("SHOAL_KAFKA") != "apache" or bool(os.environ.get("SHOAL_KAFKA_BOOTSTRAP")),
        reason="needs Apache Kafka: make test-kafka, with Java 17 and Maven",
    ),
]
NEW = "the-next-password"


@pytest.fixture(scope="module")
def broker() -> Iterator[ApacheBroker]:
    with Stack(servers=frozenset({"kafka"}), secured=True) as stack:
        kafka = stack.servers["kafka"]
        assert isinstance(kafka, ApacheBroker)
        yield kafka


def settings_of(broker: ApacheBroker, authority: Path, **changed: Any) -> KafkaSettings:
    assert broker.secured is not None
    values: dict[str, Any] = {
        "bootstrap": broker.secured.bootstrap("SASL_SSL"),
        "security_protocol": "SASL_SSL",
        "sasl_mechanism": "SCRAM-SHA-512",
        "sasl_username": broker.secured.user,
        "sasl_password": broker.secured.password,
        "ssl_cafile": str(authority),
        "provision_topics": False,
        "session_timeout_ms": 6000,
    }
    return KafkaSettings(**values | changed)


class Replica:
    """A replica of one service that notes which records it handled."""

    def __init__(self, settings: KafkaSettings, topic: Topic, numbers: list[int]) -> None:
        self._settings, self._topic, self._numbers = settings, topic, numbers

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Messaging]:
        async with connected(self._settings) as messaging:
            consumer = Consumer(topic=self._topic, group=self._topic.groups[0], handle=self._handle)
            await messaging.start([consumer])
            yield messaging

    async def _handle(self, batch: Sequence[Received[Any]]) -> Sequence[Rejection]:
        self._numbers.extend(map(number, batch))
        return ()


async def publish(messaging: Messaging, topic: Topic, numbers: range) -> None:
    await messaging.publisher.publish([message(topic, it) for it in numbers])


def change_password(broker: ApacheBroker) -> None:
    """Change the user's password as an operator of Kafka does."""
    assert broker.secured is not None
    tool = [*broker._java, "kafka.admin.ConfigCommand", "--bootstrap-server", broker.bootstrap, "--alter"]
    tool += ["--entity-type", "users", "--entity-name", broker.secured.user]
    tool += ["--add-config", f"SCRAM-SHA-512=[password={NEW}]"]
    subprocess.run(tool, check=True, capture_output=True, timeout=60)


async def test_a_new_password_needs_only_a_rolling_restart(broker: ApacheBroker, tmp_path: Path) -> None:
    assert broker.secured is not None
    authority = tmp_path / "ca.pem"
    authority.write_bytes(broker.secured.certificate.read_bytes())
    old = settings_of(broker, authority)
    new = settings_of(broker, authority, sasl_password=NEW)
    topic = await new_topic(old)
    handled: list[int] = []
    async with Replica(old, topic, handled).running() as first:
        await publish(first, topic, range(10))
        await asyncio.to_thread(change_password, broker)
        await publish(first, topic, range(10, 20))  # connections that are open stay
        with pytest.raises(AccessRefused, match="SHOAL_KAFKA_SASL_PASSWORD"):
            async with connected(old):
                pass
        async with Replica(new, topic, handled).running() as second:
            await first.stop_consumers()
            await publish(second, topic, range(20, 30))
            await eventually(lambda: set(handled) == set(range(30)), 60)
            assert len(handled) == 30
            assert await committed(new, topic) == 30


async def test_a_new_authority_is_trusted_without_a_restart(broker: ApacheBroker, tmp_path: Path) -> None:
    """Both certificates first, then the servers' new one, then the old one out."""
    assert broker.secured is not None
    authority = tmp_path / "ca.pem"
    former = broker.secured.certificate.read_bytes()
    authority.write_bytes(former)
    settings = settings_of(broker, authority, sasl_mechanism="PLAIN")
    topic = await new_topic(settings)
    handled: list[int] = []
    async with Replica(settings, topic, handled).running() as messaging:
        await publish(messaging, topic, range(10))
        await asyncio.to_thread(renew_certificate, broker, authority, former)
        await eventually(lambda: not messaging.fault(), 60)
        await publish(messaging, topic, range(10, 20))
        await eventually(lambda: set(handled) == set(range(20)), 60)
    authority.write_bytes(broker.secured.certificate.read_bytes())
    async with connected(settings) as last:
        await publish(last, topic, range(20, 30))
    authority.write_bytes(former)
    with pytest.raises(AccessRefused, match="SHOAL_KAFKA_SSL_CAFILE"):
        async with connected(settings):
            pass


def renew_certificate(broker: ApacheBroker, authority: Path, former: bytes) -> None:
    """Give the broker a new certificate, after clients may read it beside the former one."""
    assert broker.secured is not None
    broker.secured.certify()
    authority.write_bytes(former + broker.secured.certificate.read_bytes())
    broker.stop()
    broker.start()
