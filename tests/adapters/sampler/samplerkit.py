"""The sampler's use cases wired to a real PostgreSQL."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from publishingkit import received
from shoal.contracts.label_schemas import LabelClass, SingleChoiceSchema
from shoal.contracts.labels import GuidelineRef
from shoal.contracts.quality import GuidelinePublished
from shoal.contracts.samples import Content, Embedding, Generation, Prediction, SampleEmbedded
from shoal_sampler.adapters.postgres.samples import PostgresStore
from shoal_sampler.domain.campaigns.audit import Audit
from shoal_sampler.usecases.campaigns.definition import Definition
from shoal_sampler.usecases.campaigns.directory import CampaignDirectory, GuidelineDirectory
from shoal_sampler.usecases.ports.stream import Condition, Matches
from shoal_sampler.usecases.stream.arrivals import Arrival, read_arrival
from shoal_sampler.usecases.stream.decide import Decider
from shoal_sampler.usecases.stream.memory import Memories
from shoal_sampler.usecases.stream.receive import ReceiveSamples

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SALT = b"salt of the tests, 16+"
GENERATION = Generation(name="test", version="1", dimension=16)


class NoVectors:
    async def find(self, project: str, sample_ids: Any) -> dict[str, Any]:
        return {}


class Replica:
    """One process's part over the shared database."""

    def __init__(self, pool: Any, *, guideline: bool = True) -> None:
        self.store = PostgresStore(pool)
        self.memories = Memories(SALT)
        known, self.guidelines = CampaignDirectory(), GuidelineDirectory()
        if guideline:
            self.guidelines.apply(received(_guideline(), "guidelines.published"))
        audit = Audit(rate=0.0)
        self.now = NOON
        decider = Decider(
            self.store,
            known,
            self.guidelines,
            self.memories,
            salt=SALT,
            default_audit=audit,
            first_wait=timedelta(hours=1),
            clock=lambda: self.now,
        )
        self.receive = ReceiveSamples(
            self.store, decider, known, self.guidelines, waiting_limit=1000, clock=lambda: self.now
        )


class NoSamples:
    async def matches(self, project: str, conditions: Sequence[Condition], *, with_crops: bool) -> Matches:
        return Matches(0, [0] * len(conditions), 0, {})


def _guideline() -> GuidelinePublished:
    return GuidelinePublished(
        project="news",
        guideline=GuidelineRef(major=1, minor=0),
        label_schema=SingleChoiceSchema(classes=(LabelClass(name="a"), LabelClass(name="b"))),
        published_at=NOON,
    )


def samples(count: int, *, start: int = 0) -> list[Arrival]:
    found = []
    for number in range(start, start + count):
        vector = np.random.default_rng(number).normal(size=16).astype("<f4").tobytes()
        share = 0.5 + 0.5 * (number % 10) / 10
        event = SampleEmbedded(
            project="news",
            sample_id=f"s{number:05d}",
            source="wire",
            source_id=str(number),
            tags={"desk": "markets"},
            content=Content(text=f"text {number}"),
            embedding=Embedding(generation=GENERATION, vector=vector),
            prediction=Prediction(model="m", label="a", scores={"a": share, "b": 1 - share}),
            occurred_at=NOON,
            embedded_at=NOON,
            received_at=NOON - timedelta(seconds=30),
        )
        found.append(read_arrival(event))
    return found


def campaign(name: str, votes: int, **strategy: Any) -> Definition:
    return Definition.model_validate({"name": name, "strategy": strategy, "budget": {"votes": votes}})


async def spent(pool: Any) -> dict[str, tuple[int, int]]:
    rows = await pool.fetch("SELECT name, votes_reserved, jobs FROM campaigns")
    return {row["name"]: (row["votes_reserved"], row["jobs"]) for row in rows}
