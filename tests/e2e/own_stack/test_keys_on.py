"""With keys and passwords on: no secret shows anywhere, and a revoked key is refused while Kafka is away."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import httpx
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from e2e.client import eventually
from shoal.contracts.topics import TOPICS
from shoal.runtime.server import bind_address, serve_app, url_of
from shoal_local.announcement import announce_stack
from shoal_local.leftovers import processes_of
from shoal_local.servers.broker import TansuBroker
from shoal_local.services import LocalShoal
from shoal_local.stack import Stack

pytestmark = [
    pytest.mark.servers,
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        os.environ.get("SHOAL_KAFKA") == "apache" or bool(os.environ.get("SHOAL_KAFKA_BOOTSTRAP")),
        reason="kills its embedded broker",
    ),
]
ADMIN = "planted-admin-key-7f3a"
SALT = "planted-audit-salt-91bc"
VENDOR_KEY = "planted-vendor-key-44d0"
WEBHOOK_SECRET = "whsec_cGxhbnRlZC13ZWJob29rLXNlY3JldC0xMjM0"
WRONG_KEY = "planted-wrong-key-aa07"
CLASSES = [{"name": "wheat"}, {"name": "gold"}]


@dataclass
class Keyed:
    """Services that ask for keys, on servers with passwords; `answers` collects what they answered."""

    stack: Stack
    shoal: LocalShoal
    answers: list[str] = field(default_factory=list)

    async def ask(
        self, service: str, method: str, path: str, key: str = ADMIN, **request: Any
    ) -> httpx.Response:
        """Send a request with a key."""
        headers = {"authorization": f"Bearer {key}", **request.pop("headers", {})}
        async with httpx.AsyncClient(timeout=30) as http:
            answer = await http.request(method, self.shoal.urls[service] + path, headers=headers, **request)
        self.answers.append(f"{method} {path} {answer.headers} {answer.text}")
        return answer


@pytest.fixture(scope="module")
def keyed() -> Iterator[Keyed]:
    with Stack(passwords=True) as stack:
        more = {"SHOAL_ADMIN_KEY": ADMIN, "SHOAL_AUDIT_SALT": SALT, "SHOAL_LOG_LEVEL": "DEBUG"}
        more |= {"SHOAL_POLL_INTERVAL_S": "0.2", "SHOAL_AUDIT_RATE": "0"}
        with LocalShoal(stack, environment=more) as shoal:
            yield Keyed(stack, shoal)


@asynccontextmanager
async def talkative_vendor(requests: list[str]) -> AsyncIterator[str]:
    """A vendor that answers with what it was sent, the key included, and never with what was asked for."""
    app = FastAPI()

    @app.api_route("/{path:path}", methods=["GET", "POST", "PUT", "DELETE"])
    async def repeat(path: str, request: Request) -> Response:
        requests.append(path)
        text = f"key {request.headers.get('authorization')} is not valid here"
        return JSONResponse({"error": text, "detail": text}, 403, headers={"x-error": text})

    sock = bind_address("127.0.0.1", 0)
    async with serve_app(app, sock, graceful_timeout_s=1):
        yield url_of(sock)


async def test_no_log_event_metric_or_answer_shows_a_secret(
    keyed: Keyed, capsys: pytest.CaptureFixture[str]
) -> None:
    keys = await make_project(keyed)
    await use_services(keyed, keys)
    announce_stack(keyed.stack, keyed.shoal, empty=True, keys=True)
    texts = texts_of_files(keyed) | await metrics_of(keyed) | await records_of(keyed) | await tables_of(keyed)
    texts |= {"table": "".join(capsys.readouterr()), "answers": "\n".join(keyed.answers)}
    assert {"ingest.log", "labeling-gateway.log", "qa.log", "sampler.log", "embedder.log"} <= set(texts)
    assert len(texts["samples.ingested"]) > 500
    assert "PostgreSQL" in texts["table"]
    leaks = [
        (secret, place, text[max(0, text.index(value) - 300) : text.index(value)])
        for secret, value in (secrets_of(keyed) | keys).items()
        for place, text in texts.items()
        if value in text
    ]
    assert leaks == []


async def make_project(keyed: Keyed) -> dict[str, str]:
    """Create the project with a guideline; return its keys by role."""
    assert (await keyed.ask("ingest", "POST", "/v1/projects", json={"project": "news"})).status_code == 201
    keys = {}
    for role in ("producer", "operator", "annotator"):
        body = {"roles": [role], "annotator": "ann"}
        answer = await keyed.ask("ingest", "POST", "/v1/projects/news/keys", json=body)
        keys[role] = answer.json()["key"]
        keyed.answers.pop()  # the one answer that shows a key
    guideline = {"label_schema": {"classes": CLASSES}}
    answer = await keyed.ask("qa", "POST", "/v1/projects/news/guidelines", keys["operator"], json=guideline)
    assert answer.status_code == 201
    return keys


async def use_services(keyed: Keyed, keys: dict[str, str]) -> None:
    """Send what services accept and what they refuse, also after PostgreSQL has closed their connections."""
    requests: list[str] = []
    async with talkative_vendor(requests) as vendor:
        provider = {"kind": "generic", "base_url": vendor, "api_key": VENDOR_KEY, "default": True}
        provider["webhook_secret"] = WEBHOOK_SECRET
        path = "/v1/projects/news/providers/acme"
        answer = await keyed.ask("labeling-gateway", "PUT", path, keys["operator"], json=provider)
        assert answer.status_code == 200, answer.text
        campaign = {"name": "all", "strategy": {"kind": "random", "share": 1.0}, "budget": {"votes": 50}}
        path = "/v1/projects/news/campaigns"
        assert (await keyed.ask("sampler", "POST", path, keys["operator"], json=campaign)).status_code == 201
        await send_inferences(keyed, keys["producer"])
        await ask_wrongly(keyed, provider, keys)

        async def refused() -> bool:
            answer = await keyed.ask("labeling-gateway", "GET", "/v1/projects/news/queue", keys["operator"])
            return bool(requests) and "403" in answer.text

        await eventually(refused)
    await end_connections(keyed)
    await ask_wrongly(keyed, provider, keys)


async def send_inferences(keyed: Keyed, key: str) -> None:
    """Send five inferences that are accepted, and two lines that are not."""
    lines = [
        json.dumps({"project": "news", "source_id": str(n), "text": f"Wheat {n} fell."}) for n in range(5)
    ]
    body = "\n".join([*lines, '{"project": "news"}', "no json"])
    answer = await keyed.ask("ingest", "POST", "/v1/inferences", key, content=body)
    assert (answer.json()["accepted"], answer.json()["rejected"]) == (5, 2)


async def end_connections(keyed: Keyed) -> None:
    """End every connection of the services to PostgreSQL."""
    connection = await asyncpg.connect(keyed.stack.postgres_dsn)
    await connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
    )
    await connection.close()


def texts_of_files(keyed: Keyed) -> dict[str, str]:
    """Return the logs, the files that describe the stack, and the command lines of its processes."""
    texts = {path.name: path.read_text(errors="replace") for path in keyed.stack.path.rglob("*.log")}
    texts |= {path.name: path.read_text() for path in keyed.stack.path.glob("stack.*")}
    texts |= {path.name: path.read_text() for path in keyed.stack.path.glob("shoal.env")}
    texts["ps"] = "\n".join(" ".join(process.cmdline()) for process in processes_of(keyed.stack.path))
    return texts


def secrets_of(keyed: Keyed) -> dict[str, str]:
    """Return every secret but the project's keys, by what it is."""
    password = keyed.stack.postgres_dsn.split(":")[2].partition("@")[0]
    return {
        "admin key": ADMIN,
        "salt": SALT,
        "vendor's key": VENDOR_KEY,
        "webhook secret": WEBHOOK_SECRET.removeprefix("whsec_"),
        "PostgreSQL's password": password,
        "Qdrant's key": keyed.stack.environment["SHOAL_QDRANT_API_KEY"],
        "wrong key": WRONG_KEY,
    }


async def ask_wrongly(keyed: Keyed, provider: dict[str, Any], keys: dict[str, str]) -> None:
    """Send requests that fail in many ways, with secrets where they belong and where they do not."""
    providers = "/v1/projects/news/providers"
    for service, path in (
        ("ingest", "/v1/projects"),
        ("qa", "/v1/projects/news/labels"),
        ("sampler", "/v1/projects/news/campaigns"),
        ("labeling-gateway", providers),
    ):
        await keyed.ask(service, "GET", path, WRONG_KEY)
        await keyed.ask(service, "GET", path, keys["annotator"] + "x")
        await keyed.ask(service, "GET", path + "/absent", keys["producer"])
        await keyed.ask(service, "POST", path, content=b"{")
    for change in (
        {"base_url": f"https://user:{VENDOR_KEY}@vendor.example"},
        {"base_url": f"https://vendor.example/?key={VENDOR_KEY}"},
        {"base_url": f"https://vendor.example/#{VENDOR_KEY}"},
        {"api_key": [VENDOR_KEY]},
        {"api_key": VENDOR_KEY + "é\n"},
        {"webhook_secret": WEBHOOK_SECRET + "*"},
        {"webhook_secret": {"secret": WEBHOOK_SECRET}},
        {"price_per_vote": VENDOR_KEY},
        {"kind": 7},
    ):
        await keyed.ask(
            "labeling-gateway", "PUT", f"{providers}/other", keys["operator"], json={**provider, **change}
        )
    headers = {"webhook-id": "1", "webhook-timestamp": "1", "webhook-signature": f"v1,{WEBHOOK_SECRET}"}
    await keyed.ask(
        "labeling-gateway",
        "POST",
        "/v1/webhooks/acme?project=news",
        headers=headers,
        content=json.dumps({"annotations": []}),
    )


async def metrics_of(keyed: Keyed) -> dict[str, str]:
    """Return the metrics and the health of every service."""
    texts = {}
    async with httpx.AsyncClient(timeout=30) as http:
        for name, url in keyed.shoal.admin_urls.items():
            for path in ("/metrics", "/readyz", "/livez"):
                texts[f"{name}{path}"] = (await http.get(url + path)).text
    return texts


async def records_of(keyed: Keyed) -> dict[str, str]:
    """Return all records of all topics, dead letters included."""
    counts = {topic.name: topic.partitions for topic in TOPICS.values()}
    counts |= {name: 1 for topic in TOPICS.values() for name in topic.dead_letters}
    consumer = AIOKafkaConsumer(bootstrap_servers=keyed.stack.kafka_bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        texts = {}
        for topic, count in counts.items():
            partitions = [TopicPartition(topic, number) for number in range(count)]
            consumer.assign(partitions)
            await consumer.seek_to_beginning(*partitions)
            ends = await consumer.end_offsets(partitions)
            texts[topic] = await read_to(consumer, {one: end for one, end in ends.items() if end})
        return texts
    finally:
        await consumer.stop()


async def read_to(consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> str:
    """Return the text of the records up to the ends of partitions."""
    parts: list[str] = []
    async with asyncio.timeout(240):
        while any([await consumer.position(partition) < end for partition, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=500)).values():
                parts += [f"{one.key!r} {one.value!r} {one.headers!r}" for one in records]
    return "\n".join(parts)


async def tables_of(keyed: Keyed) -> dict[str, str]:
    """Return all rows of all tables, but for the providers' secrets, which the gateway has to store."""
    connection = await asyncpg.connect(keyed.stack.postgres_dsn)
    try:
        tables = await connection.fetch(
            "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        )
        return {
            f"table {schema}.{name}": str(await connection.fetch(f'SELECT * FROM "{schema}"."{name}"'))
            for schema, name in tables
            if (schema, name) != ("gateway", "providers")
        }
    finally:
        await connection.close()


async def test_a_revoked_key_is_refused_everywhere_while_kafka_is_away(keyed: Keyed) -> None:
    """The last test of this file: it ends the broker."""
    broker = keyed.stack.servers["kafka"]
    assert isinstance(broker, TansuBroker)
    await keyed.ask("ingest", "POST", "/v1/projects", json={"project": "sport"})
    answer = await keyed.ask("ingest", "POST", "/v1/projects/sport/keys", json={"roles": ["operator"]})
    key, key_id = answer.json()["key"], answer.json()["key_id"]
    doors = {
        "qa": "/v1/projects/sport/rule",
        "sampler": "/v1/projects/sport/campaigns",
        "labeling-gateway": "/v1/projects/sport/providers",
    }
    for service, path in {**doors, "ingest": "/v1/projects"}.items():
        assert (await keyed.ask(service, "GET", path, key)).status_code == 200
    broker.child.kill()
    path = f"/v1/projects/sport/keys/{key_id}"
    assert (await keyed.ask("ingest", "DELETE", path)).status_code == 204
    assert (await keyed.ask("ingest", "GET", "/v1/projects", key)).status_code == 401
    for service, path in doors.items():

        async def is_refused(service: str = service, path: str = path) -> bool:
            return (await keyed.ask(service, "GET", path, key)).status_code == 401

        await eventually(is_refused)
        assert (await keyed.ask(service, "GET", path)).status_code == 200
