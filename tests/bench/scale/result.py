"""What the bench measured, as JSON."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

CPU = ("service", "postgres", "kafka", "qdrant")
"""The processes whose CPU time is measured apart; `service` is all replicas together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One service's work on the records of a round.

    cpu_s: CPU seconds by process. idle_cpu: CPU seconds a second of the replicas before the work began.
    shares: part of the records that each replica handled. rss_mib: the highest peak of a replica.
    """

    round: str
    service: str
    replicas: int
    projects: int
    records: int
    wall_s: float
    cpu_s: dict[str, float]
    idle_cpu: float
    rss_mib: float
    wal_bytes: int
    kafka_bytes: dict[str, float]
    qdrant_bytes: int
    shares: list[float]

    def cpu_ms(self, process: str) -> float:
        """Return CPU milliseconds a record."""
        return 1000 * self.cpu_s[process] / self.records


@dataclass(frozen=True, slots=True, kw_only=True)
class Votes:
    """Votes of people in the gateway's queue, which qa learns from.

    jobs: tasks that were open at the start. cpu_ms: CPU milliseconds a vote by process.
    """

    jobs: int
    votes: int
    wall_s: float
    cpu_ms: dict[str, float]
    wal_bytes: int


@dataclass(frozen=True, slots=True)
class Fit:
    """One fit of a project's consensus."""

    votes: int
    cpu_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Relaying:
    """The emptying of one outbox by its relay."""

    messages: int
    wall_s: float
    service_cpu_s: float
    postgres_cpu_s: float


@dataclass(frozen=True, slots=True)
class TableSize:
    """A table of PostgreSQL with its indexes."""

    rows: int
    size: int


@dataclass(slots=True, kw_only=True)
class Result:
    """Everything that one run measured."""

    machine: dict[str, str]
    stages: list[Stage] = field(default_factory=list)
    tables: dict[str, TableSize] = field(default_factory=dict)
    relay: Relaying | None = None
    votes: Votes | None = None
    fits: list[Fit] = field(default_factory=list)

    def stage(self, name: str, service: str, replicas: int = 1) -> Stage:
        """Return the stage of a round. Raises StopIteration if it was not measured."""
        return next(
            stage
            for stage in self.stages
            if (stage.round, stage.service, stage.replicas) == (name, service, replicas)
        )

    def save(self, path: Path) -> None:
        """Write the file."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")


def load_result(path: Path) -> Result:
    """Return what `save` wrote."""
    facts = json.loads(path.read_text(encoding="utf-8"))
    return Result(
        machine=facts["machine"],
        stages=[Stage(**stage) for stage in facts["stages"]],
        tables={name: TableSize(**size) for name, size in facts["tables"].items()},
        relay=Relaying(**facts["relay"]) if facts["relay"] else None,
        votes=Votes(**facts["votes"]) if facts["votes"] else None,
        fits=[Fit(**fit) for fit in facts["fits"]],
    )
