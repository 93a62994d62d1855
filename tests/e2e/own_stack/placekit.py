"""Every text that a stack leaves behind: logs, files, command lines, metrics, records and tables."""

import asyncio

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition

from e2e.own_stack.keyedkit import Keyed
from shoal.contracts.topics import TOPICS
from shoal_local.leftovers import processes_of


async def texts_of(keyed: Keyed) -> dict[str, str]:
    """Return all of them."""
    return texts_of_files(keyed) | await metrics_of(keyed) | await records_of(keyed) | await tables_of(keyed)


def texts_of_files(keyed: Keyed) -> dict[str, str]:
    """Return the logs, the files that describe the stack, and the command lines of its processes."""
    texts = {path.name: path.read_text(errors="replace") for path in keyed.stack.path.rglob("*.log")}
    texts |= {path.name: path.read_text() for path in keyed.stack.path.glob("stack.*")}
    texts |= {path.name: path.read_text() for path in keyed.stack.path.glob("shoal.env")}
    texts["ps"] = "\n".join(" ".join(process.cmdline()) for process in processes_of(keyed.stack.path))
    return texts


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
