"""The rights of the manifests suffice for the services, for KEDA and for operators, and open nothing else.

Every process logs in to Apache Kafka as its own user and to PostgreSQL as its own role. Kafka's log names
each request that it denies.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from aiokafka import TopicPartition
from aiokafka.errors import TopicAuthorizationFailedError

from deploy.manifestkit import PACKAGES
from deploy.rightskit import address_of, create_roles, grant_rights, kafka_users
from e2e.client import Client, eventually
from shoal.contracts.topics import LABELS_ACCEPTED, SAMPLES_INGESTED, TOPICS
from shoal.messaging import KafkaSettings
from shoal.messaging.clients.broker import kafka_group_reader, kafka_producer, kafka_reader
from shoal.messaging.clients.history import TopicHistory
from shoal.messaging.clients.provisioning import create_topics
from shoal.messaging.clients.rewinding import GroupInUse, rewind_groups
from shoal.messaging.dead_letters.replay import count_letters
from shoal_local.demo.workforce import Minds, Terms, Workforce, make_people, serve_workforce, text_key
from shoal_local.servers.apache import ApacheBroker
from shoal_local.services import LocalShoal
from shoal_local.stack import Stack

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.timeout(400),
    pytest.mark.skipif(
        os.environ.get("SHOAL_KAFKA") != "apache" or bool(os.environ.get("SHOAL_KAFKA_BOOTSTRAP")),
        reason="needs Apache Kafka: make test-kafka, with Java 17 and Maven",
    ),
]
SECRET = "whsec_c2hvYWwgdGVzdHMgc2hvYWwgdGVzdHMh"
CLASSES = ["wheat", "gold"]
REFUSED = "is Denied"


@dataclass(frozen=True, slots=True)
class Secured:
    """A running Shoal of which every process has a user of its own."""

    shoal: LocalShoal
    broker: ApacheBroker

    def environment(self, user: str) -> dict[str, str]:
        """Return how a process logs in as `user`."""
        assert self.broker.secured is not None
        return login(self.broker, user)

    def settings(self, user: str) -> KafkaSettings:
        """Return the settings of a client that logs in as `user`."""
        names = {name.removeprefix("SHOAL_KAFKA_").lower(): it for name, it in self.environment(user).items()}
        return KafkaSettings(**names)  # type: ignore[arg-type]

    def denials(self) -> list[str]:
        """Return the requests that Kafka denied so far."""
        lines = self.broker.child.log.read_text(errors="replace").splitlines()
        return [line for line in lines if REFUSED in line]


def login(broker: ApacheBroker, user: str) -> dict[str, str]:
    """Return the variables with which a process logs in as `user`."""
    assert broker.secured is not None
    values = {
        "BOOTSTRAP": broker.secured.bootstrap("SASL_SSL"),
        "SECURITY_PROTOCOL": "SASL_SSL",
        "SASL_MECHANISM": "PLAIN",
        "SASL_USERNAME": user,
        "SASL_PASSWORD": broker.secured.password,
        "SSL_CAFILE": str(broker.secured.certificate),
        "PROVISION_TOPICS": "false",
        "SESSION_TIMEOUT_MS": "6000",
    }
    return {f"SHOAL_KAFKA_{name}": value for name, value in values.items()}


async def prepare(stack: Stack) -> None:
    """Create the topics, rights and roles that the operators of Kafka and PostgreSQL create."""
    plain = KafkaSettings(bootstrap=stack.kafka_bootstrap)
    await create_topics(plain)
    await grant_rights(plain)
    await create_roles(stack.postgres_dsn)


@pytest.fixture(scope="module")
def secured() -> Iterator[Secured]:
    users = tuple(user["metadata"]["name"] for user in kafka_users())
    with Stack(secured=True, users=users) as stack:
        asyncio.run(prepare(stack))
        broker = stack.servers["kafka"]
        assert isinstance(broker, ApacheBroker)
        own = {
            name: {**login(broker, name), "SHOAL_POSTGRES_DSN": address_of(stack.postgres_dsn, name)}
            for name in PACKAGES
        }
        common = {"SHOAL_AUDIT_RATE": "0", "SHOAL_FIRST_CAMPAIGN_WAIT_S": "0", "SHOAL_POLL_INTERVAL_S": "0.3"}
        with LocalShoal(stack, environment=common, own=own) as shoal:
            yield Secured(shoal, broker)


def inference(number: int) -> dict[str, Any]:
    """Return one inference."""
    label = CLASSES[number % 2]
    prediction = {"model": "m", "version": "1", "label": label, "scores": dict.fromkeys(CLASSES, 0.5)}
    return {
        "project": "rights",
        "source": "wire",
        "source_id": str(number),
        "text": f"Report {number} on {label}.",
        "prediction": prediction,
    }


@asynccontextmanager
async def labelled(secured: Secured) -> AsyncIterator[Client]:
    """Yield a client of a Shoal whose project is being labelled by a crowd."""
    truth = {text_key(inference(number)["text"]): CLASSES[number % 2] for number in range(20)}
    terms = Terms(speedup=400, webhook_secret=SECRET, api_key="key")
    workforce = Workforce(make_people(seed=1), Minds(truth, {}, 1), terms)
    async with httpx.AsyncClient(timeout=30) as http, serve_workforce(workforce) as vendor:
        client = Client(secured.shoal, http)
        await client.project("rights", CLASSES)
        provider = {"kind": "generic", "base_url": vendor, "api_key": "key", "webhook_secret": SECRET}
        provider |= {"price_per_vote": 0.05, "default": True}
        await client.done("labeling-gateway", "PUT", "/v1/projects/rights/providers/crowd", json=provider)
        strategy, budget = {"kind": "random", "share": 1.0}, {"votes": 30}
        await client.campaign("rights", name="all", strategy=strategy, budget=budget)
        await client.send([inference(number) for number in range(20)])
        yield client


async def test_the_whole_loop_runs_and_kafka_denies_nothing(secured: Secured) -> None:
    async with labelled(secured) as client:

        async def accepted() -> bool:
            return any(label["state"] == "accepted" for label in await client.labels("rights"))

        await eventually(accepted, 120)
        (label, *_) = await client.labels("rights")
        await client.done("ingest", "DELETE", f"/v1/projects/rights/samples/{label['sample_id']}")
        await asyncio.sleep(6)  # the lag of every group is measured once more
    assert secured.denials() == []


async def dlq(secured: Secured, *arguments: str) -> Any:
    """Run `shoal dlq` as the operators' user; return what it printed, from JSON where it is JSON."""
    form = ("--format", "json") if arguments[0] == "list" else ()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "shoal.command_line.main", "dlq", *arguments, *form),
        env={**os.environ, **secured.environment("dlq-operator")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    printed, errors = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, errors.decode()
    return json.loads(printed) if form else printed.decode()


async def test_operators_list_replay_and_skip_with_the_rights_of_their_user(secured: Secured) -> None:
    """Its producer is idempotent, for which the right to write to the topic suffices since Kafka 3.0."""
    assert all(kind in {"topic", "group"} for user in kafka_users() for kind in kinds_of(user))
    place = ("samples.ingested", "--group", "embedder")
    plain = KafkaSettings(bootstrap=secured.broker.bootstrap)
    async with kafka_producer(plain, "test") as producer:
        await producer.send_and_wait("samples.ingested", b"no event", partition=0)

    async def rejected(times: int) -> bool:
        return (await count_letters(plain, "samples.ingested.embedder.dlq")).total == times

    await eventually(lambda: rejected(1), 60)
    assert "1 replayed to samples.ingested, 0 unreadable, 0 pending" in await dlq(secured, "replay", *place)
    await eventually(lambda: rejected(2), 60)  # it is no event still
    piles = {pile["topic"]: pile for pile in await dlq(secured, "list")}
    assert piles["samples.ingested.embedder.dlq"] == {
        "topic": "samples.ingested.embedder.dlq",
        "total": 2,
        "pending": 1,
    }
    assert "will be tried once" in await dlq(secured, "skip", *place)
    assert [line for line in secured.denials() if "User:dlq-operator " in line] == []


async def test_recovery_reads_every_topic_and_stops_at_groups_with_members(secured: Secured) -> None:
    moment = datetime.now(UTC) - timedelta(hours=1)
    settings = secured.settings("restore-operator")
    for topic in TOPICS.values():
        async for _ in TopicHistory(settings, moment).read(topic):
            pass
    with pytest.raises(GroupInUse):
        await rewind_groups(settings, moment)
    assert [line for line in secured.denials() if "User:restore-operator " in line] == []


def kinds_of(user: dict[str, Any]) -> set[str]:
    """Return the kinds of the resources on which a user has rights."""
    return {rule["resource"]["type"] for rule in user["spec"]["authorization"]["acls"]}


async def test_keda_sees_the_lag_of_every_group(secured: Secured) -> None:
    settings = secured.settings("keda")
    for topic in TOPICS.values():
        for group in topic.groups:
            async with kafka_group_reader(settings, "keda", group) as client:
                partition = TopicPartition(topic.name, 0)
                client.assign([partition])
                await client.end_offsets([partition])
                await client.committed(partition)
    assert secured.denials() == []


async def test_keda_cannot_read_a_record(secured: Secured) -> None:
    partition = TopicPartition(SAMPLES_INGESTED.name, 0)
    async with kafka_reader(secured.settings("keda"), "test") as client:
        client.assign([partition])
        client.seek(partition, 0)
        with pytest.raises(TopicAuthorizationFailedError):
            async with asyncio.timeout(30):
                await client.getmany(timeout_ms=20_000)
    assert any("User:keda " in line and SAMPLES_INGESTED.name in line for line in secured.denials())


async def test_a_service_cannot_write_another_s_topic(secured: Secured) -> None:
    async with kafka_producer(secured.settings("sampler"), "test") as producer:
        with pytest.raises(TopicAuthorizationFailedError):
            await producer.send_and_wait(LABELS_ACCEPTED.name, b"forged", partition=0)
