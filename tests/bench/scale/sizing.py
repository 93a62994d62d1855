"""What a rate of inferences needs and costs, computed from measured costs and stated assumptions."""

import math
from dataclasses import dataclass, field

from tests.bench.scale.result import Result, Stage

DAY_S = 86_400
MONTH_DAYS = 30
RATES = (1_000, 10_000, 100_000, 1_000_000)
BYTES_A_GB = 1e9


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What the bench cannot know; the prices are examples in any currency, no provider's."""

    busy: float = field(default=0.6, metadata={"text": "part of a vCPU that is used on average"})
    node_vcpus: int = field(default=16, metadata={"text": "vCPUs of a node"})
    kafka_days: int = field(default=7, metadata={"text": "days that Kafka keeps records"})
    kafka_copies: int = field(default=3, metadata={"text": "copies of a record in Kafka"})
    postgres_days: int = field(default=180, metadata={"text": "days of rows in PostgreSQL"})
    vectors_days: int = field(default=30, metadata={"text": "days of samples in Qdrant"})
    vector_ram_bytes: int = field(
        default=2304, metadata={"text": "bytes of memory of a vector of 384 numbers in Qdrant"}
    )
    copies: int = field(default=2, metadata={"text": "copies of PostgreSQL's and Qdrant's data"})
    wal_mb_s: float = field(default=200.0, metadata={"text": "MB a second of a disk for PostgreSQL's log"})
    vcpu_hour: float = field(default=0.04, metadata={"text": "price of a vCPU for an hour"})
    gb_month: float = field(default=0.10, metadata={"text": "price of a GB of disk for a month"})
    ram_gb_month: float = field(
        default=3.0, metadata={"text": "price of a GB of Qdrant's memory for a month"}
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """CPU milliseconds, bytes and vCPUs of one inference, as measured."""

    cpu_ms: dict[str, float]
    kafka_bytes: float
    postgres_bytes: float
    wal_bytes: float
    qdrant_bytes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What a rate needs: vCPUs by process, nodes, storage in GB, and money a month."""

    rate: int
    vcpus: dict[str, float]
    partitions: int
    nodes: int
    kafka_gb: float
    postgres_gb: float
    qdrant_gb: float
    qdrant_ram_gb: float
    wal_mb_s: float
    money: float


PATH = ("ingest", "embedder", "sampler", "qa", "labeling-gateway")
SERVERS = ("postgres", "kafka", "qdrant")
PER_SAMPLE = ("ingest.samples", "sampler.decisions", "qa.stream")
"""Tables with a row for every sample."""


def cost_of_inference(result: Result, *, texts: bool) -> Costs:
    """Return what an inference costs in the rounds with one replica."""
    stages = {name: result.stage("vectors", name) for name in PATH}
    samples = stages["ingest"].records
    counted = {**stages, "embedder": result.stage("texts", "embedder")} if texts else stages
    cpu = {
        name: stage.cpu_s["service"] * 1000 / _samples(name, stage, samples)
        for name, stage in counted.items()
    }
    for server in SERVERS:
        cpu[server] = sum(stage.cpu_s[server] for stage in stages.values()) * 1000 / samples
    sources = {**stages, "ingest": result.stage("texts", "ingest")} if texts else stages
    return Costs(
        cpu_ms=cpu,
        kafka_bytes=sum(sum(stage.kafka_bytes.values()) for stage in sources.values()),
        postgres_bytes=sum(row_bytes(result, table) for table in PER_SAMPLE),
        wal_bytes=sum(stage.wal_bytes for stage in stages.values()) / samples,
        qdrant_bytes=vector_bytes(result),
    )


def _samples(service: str, stage: Stage, samples: int) -> int:
    """Return the samples behind a stage: jobs are few, so the gateway's cost is spread over all samples."""
    return samples if service == "labeling-gateway" else stage.records


def row_bytes(result: Result, table: str) -> float:
    """Return the bytes of a row of a table, its part of the indexes included."""
    size = result.tables.get(table)
    return size.size / size.rows if size else 0.0


def vector_bytes(result: Result) -> float:
    """Return the bytes that Qdrant's folder grew by a sample, over all rounds."""
    stages = [stage for stage in result.stages if stage.service == "embedder"]
    return sum(stage.qdrant_bytes for stage in stages) / sum(stage.records for stage in stages)


def size_for(rate: int, costs: Costs, given: Assumptions) -> Size:
    """Return what `rate` inferences a second need."""
    vcpus = {name: rate * ms / 1000 / given.busy for name, ms in costs.cpu_ms.items()}
    kafka = rate * DAY_S * given.kafka_days * costs.kafka_bytes * given.kafka_copies / BYTES_A_GB
    postgres = rate * DAY_S * given.postgres_days * costs.postgres_bytes * given.copies / BYTES_A_GB
    qdrant = rate * DAY_S * given.vectors_days * costs.qdrant_bytes * given.copies / BYTES_A_GB
    memory = rate * DAY_S * given.vectors_days * given.vector_ram_bytes * given.copies / BYTES_A_GB
    total = sum(vcpus.values())
    disks = (kafka + postgres + qdrant) * given.gb_month
    money = total * given.vcpu_hour * 24 * MONTH_DAYS + disks + memory * given.ram_gb_month
    return Size(
        rate=rate,
        vcpus=vcpus,
        partitions=max(6, *(math.ceil(vcpus[name]) for name in PATH)),
        nodes=max(3, math.ceil(total / given.node_vcpus)),
        kafka_gb=kafka,
        postgres_gb=postgres,
        qdrant_gb=qdrant,
        qdrant_ram_gb=memory,
        wal_mb_s=rate * costs.wal_bytes / 1e6,
        money=money,
    )


def lock_rate(result: Result) -> float:
    """Return the decisions a second at which one project's lock is always held.

    Computed: the lock is held while the sampler and PostgreSQL work on a batch, one after the other.
    """
    stage = result.stage("one project", "sampler")
    return 1000 / (stage.cpu_ms("service") + stage.cpu_ms("postgres"))


def relay_rate(result: Result) -> float:
    """Return the messages a second of CPU time, the relay's and PostgreSQL's one after the other."""
    relay = result.relay
    return relay.messages / (relay.service_cpu_s + relay.postgres_cpu_s) if relay else math.nan


def wal_rate(costs: Costs, given: Assumptions) -> float:
    """Return the inferences a second at which PostgreSQL's log reaches the assumed speed of a disk."""
    return given.wal_mb_s * 1e6 / costs.wal_bytes


def primary_rate(costs: Costs, given: Assumptions, vcpus: int) -> float:
    """Return the inferences a second that a PostgreSQL primary of so many vCPUs serves."""
    return 1000 * vcpus * given.busy / costs.cpu_ms["postgres"]
