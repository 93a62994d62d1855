"""The rows of the tables."""

from collections.abc import Iterator

from tests.bench.scale.result import CPU, Result, Stage
from tests.bench.scale.sizing import (
    PATH,
    SERVERS,
    Assumptions,
    Size,
    cost_of_inference,
    lock_rate,
    primary_rate,
    relay_rate,
    row_bytes,
    wal_rate,
)

COST_HEADS = (
    "round", "service", "records", *(f"{name}, CPU ms" for name in CPU), "WAL, bytes", "Kafka, bytes", "peak RSS, MiB",
    "idle, CPU %",
)  # fmt: skip
REPLICA_HEADS = (
    "round", "service", "replicas", "records a CPU second", "efficiency", "with the servers'",
    "records a second (wall)", "shares",
)  # fmt: skip


def cost_rows(result: Result) -> Iterator[list[str]]:
    """Yield a row for each stage with one replica."""
    for stage in (stage for stage in result.stages if stage.replicas == 1):
        kafka = sum(stage.kafka_bytes.values())
        yield [
            stage.round,
            stage.service,
            f"{stage.records:,}",
            *(f"{stage.cpu_ms(name):.2f}" for name in CPU),
            f"{stage.wal_bytes / stage.records:,.0f}",
            f"{kafka:,.0f}" if kafka else "",
            f"{stage.rss_mib:,.0f}",
            f"{100 * stage.idle_cpu:.1f}",
        ]


def replica_rows(result: Result) -> Iterator[list[str]]:
    """Yield a row for each stage of a round with several replicas."""
    for stage in sorted(
        (stage for stage in result.stages if stage.round != "texts"),
        key=lambda stage: (stage.round != "vectors", PATH.index(stage.service), stage.replicas),
    ):
        alone = result.stage(stage.round, stage.service)
        yield [
            stage.round,
            stage.service,
            str(stage.replicas),
            f"{1000 / stage.cpu_ms('service'):,.0f}",
            f"{alone.cpu_ms('service') / stage.cpu_ms('service'):.2f}",
            f"{_all_cpu(alone) / _all_cpu(stage):.2f}",
            f"{stage.records / stage.wall_s:,.0f}",
            " ".join(f"{share:.2f}" for share in stage.shares),
        ]


def _all_cpu(stage: Stage) -> float:
    return sum(stage.cpu_ms(name) for name in CPU)


def table_rows(result: Result) -> Iterator[list[str]]:
    """Yield a row for each table of PostgreSQL with at least 100 rows."""
    for name, size in result.tables.items():
        yield [f"`{name}`", f"{size.rows:,}", f"{row_bytes(result, name):,.0f}"]


def label_rows(result: Result) -> Iterator[list[str]]:
    """Yield the costs of votes and fits."""
    if votes := result.votes:
        yield ["votes in the gateway's queue", f"{votes.votes:,} on {votes.jobs:,} open jobs"]
        for name, value in votes.cpu_ms.items():
            if value:
                yield [f"{name}, CPU ms a vote", f"{value:.1f}"]
        if votes.votes:
            yield ["WAL, bytes a vote", f"{votes.wal_bytes / votes.votes:,.0f}"]
    for fit in result.fits:
        yield [f"one fit of {fit.votes:,} votes from scratch, CPU s", f"{fit.cpu_s:.2f}"]


LIMIT_HEADS = ("limit", "ends at", "how it was found")


def limit_rows(result: Result, given: Assumptions) -> Iterator[list[str]]:
    """Yield the rate at which each known limit ends."""
    costs = cost_of_inference(result, texts=False)
    for replicas in (1, 2):
        stage = result.stage("one project", "sampler", replicas)
        yield [
            f"decisions of one project, {replicas} replica{'s' if replicas > 1 else ''} of the sampler",
            f"{stage.records / stage.wall_s:,.0f} a second",
            "measured on the wall clock of this machine",
        ]
    yield [
        "decisions of one project: its lock is always held",
        f"{lock_rate(result):,.0f} a second",
        "computed from CPU",
    ]
    if relay := result.relay:
        yield [
            "messages of one schema's relay",
            f"{relay.messages / relay.wall_s:,.0f} a second",
            "measured (wall)",
        ]
    yield ["messages of one schema's relay", f"{relay_rate(result):,.0f} a second", "computed from CPU"]
    for vcpus in (16, 64):
        rate = primary_rate(costs, given, vcpus)
        yield [
            f"one PostgreSQL primary with {vcpus} vCPUs",
            f"{rate:,.0f} inferences a second",
            "computed from CPU",
        ]
    yield [
        f"PostgreSQL's log on a disk of {given.wal_mb_s:.0f} MB/s",
        f"{wal_rate(costs, given):,.0f} inferences a second",
        "computed from bytes",
    ]
    text, vector = result.stage("texts", "embedder"), result.stage("vectors", "embedder")
    yield [
        "texts that one core of embedders encodes",
        f"{1000 / text.cpu_ms('service'):,.0f} a second",
        "computed from CPU",
    ]
    yield [
        "vectors that one core of embedders stores",
        f"{1000 / vector.cpu_ms('service'):,.0f} a second",
        "computed from CPU",
    ]


SIZE_HEADS = (
    "inferences a second", *PATH, *SERVERS, "partitions", "nodes", "Kafka, TB", "PostgreSQL, TB", "Qdrant, TB",
    "Qdrant's memory, TB", "WAL, MB/s", "money a month",
)  # fmt: skip


def size_row(size: Size) -> list[str]:
    """Return a row: vCPUs of each service and server, storage, and money."""
    return [
        f"{size.rate:,}",
        *(f"{size.vcpus[name]:,.1f}" for name in (*PATH, *SERVERS)),
        f"{size.partitions:,}",
        f"{size.nodes:,}",
        *(
            f"{size_gb / 1000:,.1f}"
            for size_gb in (size.kafka_gb, size.postgres_gb, size.qdrant_gb, size.qdrant_ram_gb)
        ),
        f"{size.wal_mb_s:,.0f}",
        f"{size.money:,.0f}",
    ]
