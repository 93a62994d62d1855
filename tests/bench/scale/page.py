"""The result as tables: on the terminal, and in docs/scaling.md."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from functools import partial

from rich.console import Console
from rich.table import Table
from tests.bench.document import put_into
from tests.bench.scale.result import CPU, Result, Stage
from tests.bench.scale.sizing import (
    PATH,
    RATES,
    SERVERS,
    Assumptions,
    Size,
    cost_of_inference,
    lock_rate,
    primary_rate,
    relay_rate,
    row_bytes,
    size_for,
    wal_rate,
)

Rows = Sequence[Sequence[str]]
PAGE_NAME = "scaling.md"
put = partial(put_into, PAGE_NAME)
COST_HEADS = (
    "round", "service", "records", *(f"{name}, CPU ms" for name in CPU), "WAL, bytes", "Kafka, bytes", "peak RSS, MiB",
    "idle, CPU %",
)  # fmt: skip
REPLICA_HEADS = (
    "round", "service", "replicas", "records a CPU second", "efficiency", "with the servers'",
    "records a second (wall)", "shares",
)  # fmt: skip


def print_result(result: Result) -> None:
    """Print what was measured."""
    for title, heads, rows in (
        ("cost of a record, one replica", COST_HEADS, list(cost_rows(result))),
        ("replicas", REPLICA_HEADS, list(replica_rows(result))),
        ("limits", LIMIT_HEADS, list(limit_rows(result, Assumptions()))),
    ):
        table = Table(*heads, title=title)
        for row in rows:
            table.add_row(*row)
        Console().print(table)


def write_page(result: Result) -> None:
    """Write the tables of docs/scaling.md."""
    given = Assumptions()
    put("machine", _machine_line(result))
    put("cost", to_markdown(COST_HEADS, list(cost_rows(result))))
    put("tables", to_markdown(("table", "rows", "bytes a row, with indexes"), list(table_rows(result))))
    put("replicas", to_markdown(REPLICA_HEADS, list(replica_rows(result))))
    put("labels", to_markdown(("work", "value"), list(label_rows(result))))
    put("limits", to_markdown(LIMIT_HEADS, list(limit_rows(result, given))))
    put(
        "assumptions",
        to_markdown(("assumption", "value"), [(name, str(value)) for name, value in asdict(given).items()]),
    )
    for part, texts in (("vectors", False), ("texts", True)):
        costs = cost_of_inference(result, texts=texts)
        sizes = [size_for(rate, costs, replace(given, texts=texts)) for rate in RATES]
        put(f"size of {part}", to_markdown(SIZE_HEADS, [size_row(size) for size in sizes]))


def _machine_line(result: Result) -> str:
    machine = result.machine
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB; {machine['kafka']}, "
        f"PostgreSQL and Qdrant's engine of the embedded stack on the same cores; Python {machine['python']}; "
        f"load average at the start {machine['load_at_start']}."
    )


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
    "WAL, MB/s", "money a month",
)  # fmt: skip


def size_row(size: Size) -> list[str]:
    """Return a row: vCPUs of each service and server, storage, and money."""
    return [
        f"{size.rate:,}",
        *(f"{size.vcpus[name]:,.1f}" for name in (*PATH, *SERVERS)),
        f"{size.partitions:,}",
        f"{size.nodes:,}",
        *(f"{size_gb / 1000:,.1f}" for size_gb in (size.kafka_gb, size.postgres_gb, size.qdrant_gb)),
        f"{size.wal_mb_s:,.0f}",
        f"{size.money:,.0f}",
    ]


def to_markdown(heads: Sequence[str], rows: Rows) -> str:
    """Return a table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
