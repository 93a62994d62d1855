"""PostgreSQL fails in many ways under ingest: halves wait, and none becomes a dead letter."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import asyncpg
import httpx
import pytest

from shoal.contracts.topics import INFERENCE_RECEIVED, SAMPLES_INGESTED
from shoal.messaging import KafkaSettings
from shoal.runtime import running_service
from shoal.runtime.running import Running
from shoal_ingest.main import build_service
from shoal_ingest.settings import IngestSettings
from shoal_local.stack import Stack
from wire.wirekit import eventually, kafka_settings, on_broker

pytestmark = pytest.mark.kafka
SWITCH = """
CREATE TABLE ingest.fault (state text);
CREATE FUNCTION ingest.fail() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wanted text := (SELECT state FROM ingest.fault);
BEGIN
    IF wanted IS NOT NULL THEN RAISE EXCEPTION 'state %', wanted USING ERRCODE = wanted; END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER fail BEFORE INSERT ON ingest.halves FOR EACH ROW EXECUTE FUNCTION ingest.fail();
"""
OUTAGES = ["53100", "25006", "53300", "57P03", "58030", "40001", "40P01", "55P03", "57014", "42501", "28P01"]


@dataclass(frozen=True, slots=True)
class Ingest:
    """The running service, and a connection past it to its database."""

    running: Running
    http: httpx.AsyncClient
    database: asyncpg.Connection

    async def fail_with(self, state: str | None) -> None:
        """Let every insert of a half fail with a SQLSTATE."""
        await self.database.execute("DELETE FROM ingest.fault")
        await self.database.execute("INSERT INTO ingest.fault VALUES ($1)", state)

    async def send_pair(self, name: str) -> None:
        for half, body in (("request", {"instances": [name]}), ("response", {"predictions": ["pos"]})):
            headers = {
                "ce-id": name,
                "ce-specversion": "1.0",
                "ce-type": f"org.kubeflow.serving.inference.{half}",
                "ce-source": "http://localhost:9081/",
                "content-type": "application/json",
            }
            answer = await self.http.post("/v1/kserve/news", json=body, headers=headers)
            assert answer.status_code == 200

    def waits_for(self) -> str:
        details = [part.detail for part in self.running.messaging.health() if "ingest-joiner" in part.name]
        assert all(part.ready for part in self.running.messaging.health())  # HTTP goes on
        return details[0]


@pytest.fixture
def settings() -> Iterator[KafkaSettings]:
    with Stack(servers=frozenset({"kafka"})) as stack:
        bootstrap = stack.kafka_bootstrap
        yield kafka_settings(bootstrap).model_copy(update={"provision_topics": True})


@pytest.fixture
async def ingest(settings: KafkaSettings, postgres_dsn: str) -> AsyncIterator[Ingest]:
    service = IngestSettings(postgres_dsn=postgres_dsn, http_port=0, admin_port=0)
    async with running_service(service, build_service, settings) as running:
        database = await asyncpg.connect(postgres_dsn)
        async with httpx.AsyncClient(base_url=running.http_url, timeout=60) as http:
            assert (await http.post("/v1/projects", json={"project": "news"})).status_code == 201
            yield Ingest(running, http, database)
        await database.close()


async def test_halves_wait_for_the_end_of_every_outage(ingest: Ingest, settings: KafkaSettings) -> None:
    await ingest.database.execute(SWITCH)
    for state in OUTAGES:
        await ingest.fail_with(state)
        await ingest.send_pair(state)
        await eventually(lambda state=state: f"state {state}" in ingest.waits_for())
        assert ("an operator" in ingest.waits_for()) is (state in ("42501", "28P01"))
        await ingest.fail_with(None)
        await eventually(lambda: not ingest.waits_for())
    await _make_read_only(ingest.database)
    answer = await ingest.http.post("/v1/projects", json={"project": "sports"})
    assert (answer.status_code, answer.json()["detail"]) == (503, "PostgreSQL is unavailable")
    await ingest.send_pair("read-only")
    await eventually(lambda: "read-only" in ingest.waits_for())
    await _make_writable(ingest.database)

    async def are_joined() -> bool:
        records = await on_broker(settings, SAMPLES_INGESTED.name)  # one may repeat: at least once
        return len({record.key for record in records}) == len(OUTAGES) + 1

    await eventually(are_joined)
    assert await on_broker(settings, INFERENCE_RECEIVED.dead_letters[0]) == []
    assert (await ingest.http.post("/v1/projects", json={"project": "sports"})).status_code == 201


async def test_a_fault_that_is_no_outage_is_a_dead_letter(ingest: Ingest, settings: KafkaSettings) -> None:
    await ingest.database.execute(SWITCH)
    await ingest.fail_with("22003")
    await ingest.send_pair("bad")

    async def are_set_aside() -> bool:
        letters = await on_broker(settings, INFERENCE_RECEIVED.dead_letters[0])
        return len({letter.value for letter in letters}) == 2

    await eventually(are_set_aside)
    await ingest.fail_with(None)
    await ingest.send_pair("good")

    async def is_joined() -> bool:
        return len({record.key for record in await on_broker(settings, SAMPLES_INGESTED.name)}) == 1

    await eventually(is_joined)


async def _make_read_only(database: asyncpg.Connection) -> None:
    name = await database.fetchval("SELECT current_database()")
    await database.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    await _end_other_sessions(database)


async def _make_writable(database: asyncpg.Connection) -> None:
    name = await database.fetchval("SELECT current_database()")
    await database.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
    await _end_other_sessions(database)


async def _end_other_sessions(database: asyncpg.Connection) -> None:
    await database.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
