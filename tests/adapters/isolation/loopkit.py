"""The use cases of ingest, sampler, gateway and qa on one PostgreSQL, joined without a broker.

Messages of the outboxes reach their consumers in order, in batches that mix projects. Between ingest and the
sampler, samples get a vector of their text.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import numpy as np
import ormsgpack

from adapters.gateway.gatewaykit import Clock, Crowd, Gateway
from publishingkit import FakePublisher, received
from shoal.contracts import topics
from shoal.contracts.base import Event
from shoal.contracts.samples import Embedding, Generation, SampleEmbedded, SampleErased, SampleIngested
from shoal.messaging import RejectedItem
from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.domain.guidelines import Guideline
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.domain.tasks import TaskOrder, TaskReceipt
from shoal_gateway.usecases.ports import Provider
from shoal_gateway.usecases.translate import to_guideline
from shoal_ingest.adapters.erasures import PostgresErasures
from shoal_ingest.adapters.halves import PostgresHalves
from shoal_ingest.adapters.samples import PostgresSampleIds
from shoal_ingest.usecases.erase import EraseSamples
from shoal_ingest.usecases.halves.join_halves import JoinHalves
from shoal_qa.adapters.files.datasets import FsspecFiles
from shoal_qa.adapters.postgres.accepted import PostgresAccepted
from shoal_qa.adapters.postgres.annotators import PostgresAnnotators
from shoal_qa.adapters.postgres.datasets import PostgresRegistry
from shoal_qa.adapters.postgres.fits import PostgresFits
from shoal_qa.adapters.postgres.guidelines import PostgresGuidelines, PostgresRules
from shoal_qa.adapters.postgres.quality import PostgresQuality
from shoal_qa.adapters.postgres.transactions.database import PostgresDatabase
from shoal_qa.usecases.annotations.record import RecordAnnotations, RecordJobs
from shoal_qa.usecases.datasets.freezing import FreezeDataset
from shoal_qa.usecases.decisions import RecordDecisions
from shoal_qa.usecases.erase import EraseSamples as EraseLabels
from shoal_qa.usecases.evaluation.evaluate import Evaluate
from shoal_qa.usecases.evaluation.refit import Refit
from shoal_qa.usecases.gold import AddGold
from shoal_qa.usecases.ports import ReceivedAnnotation
from shoal_qa.usecases.review import DecideReview
from shoal_sampler.adapters.postgres.campaigns import PostgresCampaigns
from shoal_sampler.adapters.postgres.samples import PostgresStore
from shoal_sampler.domain.campaigns.audit import Audit
from shoal_sampler.usecases.campaigns.checks import CheckCampaign
from shoal_sampler.usecases.campaigns.directory import CampaignDirectory, GuidelineDirectory
from shoal_sampler.usecases.campaigns.manage import ManageCampaigns
from shoal_sampler.usecases.ports.stream import Condition, Matches
from shoal_sampler.usecases.providers import ProviderDirectory
from shoal_sampler.usecases.stream.arrivals import read_arrival
from shoal_sampler.usecases.stream.decide import Decider
from shoal_sampler.usecases.stream.learn import LearnLabels
from shoal_sampler.usecases.stream.memory import Memories
from shoal_sampler.usecases.stream.receive import ReceiveSamples

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SALT = b"salt of the tests, 16+"
SCHEMAS = {
    "ingest": "shoal_ingest",
    "sampler": "shoal_sampler",
    "gateway": "shoal_gateway",
    "qa": "shoal_qa",
}
GENERATION = Generation(name="test", version="1", dimension=8)
Pools = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """A published message: its project, topic, Kafka key and event id."""

    project: str
    topic: str
    key: bytes
    event_id: str


class NoVectors:
    """A vector store without vectors."""

    async def find(self, project: str, sample_ids: Sequence[str]) -> dict[str, Any]:
        return {}

    async def matches(self, project: str, conditions: Sequence[Condition], *, with_crops: bool) -> Matches:
        return Matches(0, [0] * len(conditions), 0, {})


class Vendor(Crowd):
    """A vendor with the tasks that it received, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.orders: dict[str, TaskOrder] = {}

    async def upsert_tasks(
        self, orders: Sequence[TaskOrder], guidelines: dict[int, Guideline], *, maybe_sent: bool
    ) -> Sequence[TaskReceipt]:
        self.orders.update({order.external_id: order for order in orders})
        return await super().upsert_tasks(orders, guidelines, maybe_sent=maybe_sent)


class LoopGateway(Gateway):
    """A gateway with a separate vendor for every configuration."""

    def __init__(self, pool: Any) -> None:
        super().__init__(pool, pool, Clock(), Crowd())
        self.vendors: dict[tuple[str, str], Vendor] = defaultdict(Vendor)

    def of(self, config: ProviderConfig) -> Provider:
        """Return the adapter for a configuration."""
        return self._in_house if config.kind == "inhouse" else self.vendors[config.key]  # type: ignore[return-value]


class LoopSampler:
    """A sampler's use cases, with what it reads from compacted topics."""

    def __init__(self, pool: Any) -> None:
        store, memories, clock = PostgresStore(pool), Memories(SALT), lambda: NOON
        self.campaigns, self.guidelines = CampaignDirectory(), GuidelineDirectory()
        self.providers = ProviderDirectory()
        decider = Decider(
            store,
            self.campaigns,
            self.guidelines,
            memories,
            salt=SALT,
            default_audit=Audit(rate=0.2, votes_per_day=20),
            first_wait=timedelta(hours=1),
            clock=clock,
        )
        self.receive = ReceiveSamples(
            store, decider, self.campaigns, self.guidelines, waiting_limit=1000, clock=clock
        )
        self.learn = LearnLabels(store, memories)
        vectors = NoVectors()
        check = CheckCampaign(
            guidelines=self.guidelines, providers=self.providers, stream=vectors, clock=clock
        )
        self.manage = ManageCampaigns(
            campaigns=PostgresCampaigns(pool), vectors=vectors, check=check, clock=clock
        )


class LoopQa:
    """qa's use cases."""

    def __init__(self, pool: Any) -> None:
        database, clock = PostgresDatabase(pool), lambda: NOON
        evaluate = Evaluate(database, clock)
        self.guidelines, self.rules = PostgresGuidelines(pool), PostgresRules(pool)
        self.add_gold = AddGold(database, self.guidelines, clock)
        self.jobs = RecordJobs(database, evaluate, clock)
        self.annotations = RecordAnnotations(database, evaluate)
        self.decisions, self.erase = RecordDecisions(database), EraseLabels(database, clock)
        self.review = DecideReview(database, evaluate, clock)
        files = FsspecFiles("memory://isolation")
        self.freeze = FreezeDataset(PostgresAccepted(pool), files, PostgresRegistry(pool), clock)
        self.refit = Refit(
            database=database,
            fits=PostgresFits(pool),
            annotators=PostgresAnnotators(pool),
            quality=PostgresQuality(pool),
            evaluate=evaluate,
            clock=clock,
        )


class Loop:
    """All services, and what they published and rejected."""

    def __init__(self, pools: Pools) -> None:
        self.pools = pools
        self.gateway = LoopGateway(pools["gateway"])
        self.sampler, self.qa = LoopSampler(pools["sampler"]), LoopQa(pools["qa"])
        self._publisher = FakePublisher()
        sample_ids = PostgresSampleIds(pools["ingest"])
        self.join = JoinHalves(
            halves=PostgresHalves(pools["ingest"]),
            sample_ids=sample_ids,
            publisher=self._publisher,
            clock=lambda: NOON,
            window=timedelta(hours=1),
        )
        self.erase = EraseSamples(PostgresErasures(pools["ingest"]), sample_ids, lambda: NOON)
        self.messages: list[Message] = []
        self.rejected: list[tuple[str, str]] = []  # project, reason

    async def settle(self) -> None:
        """Deliver messages and carry out intents until there are none."""
        while True:
            batch = self._take_published() + [
                row for schema in SCHEMAS for row in await self._take_outbox(schema)
            ]
            if not batch:
                await self.gateway.send_all()
                return
            for topic in dict.fromkeys(topic for topic, _ in batch):
                await self._deliver(topic, [event for name, event in batch if name == topic])

    def _take_published(self) -> list[tuple[str, Event]]:
        messages, self._publisher.messages = self._publisher.messages, []
        return [
            self._note(message.topic, message.key, dict(message.headers), message.value)
            for message in messages
        ]

    async def _take_outbox(self, schema: str) -> list[tuple[str, Event]]:
        rows = await self.pools[schema].fetch(
            "WITH batch AS (DELETE FROM outbox RETURNING *) SELECT * FROM batch ORDER BY seq"
        )
        return [
            self._note(
                row["topic"],
                row["key"],
                dict(zip(row["header_names"], row["headers"], strict=True)),
                row["value"],
            )
            for row in rows
        ]

    def _note(
        self, topic: str, key: bytes | None, headers: dict[str, bytes], value: bytes
    ) -> tuple[str, Event]:
        event = _decode(topics.TOPICS[topic], value)
        self.messages.append(Message(event.project, topic, key or b"", headers["ce_id"].decode()))
        return topic, event

    async def _deliver(self, topic: str, events: list[Any]) -> None:
        match topic:
            case "samples.ingested":
                await self.sampler.receive([read_arrival(_embedded(event)) for event in events])
            case "sampling.decisions":
                await self.qa.decisions(events)
            case "labeling.jobs":
                self._reject(events, await self.gateway.create(events))
                self._reject(events, await self.qa.jobs(events))
            case "votes.requested":
                self._reject(events, await self.gateway.requests(events))
            case "labels.submitted":
                arrived = [ReceivedAnnotation(event, "0/0") for event in events]
                self._reject(events, await self.qa.annotations(arrived))
            case "labels.accepted":
                await self.sampler.learn.add_labels(events)
            case "samples.erased":
                await self._erase(events)
            case _:
                for event in events:
                    self._broadcast(topic, event)

    def _broadcast(self, topic: str, event: Any) -> None:
        record: Any = received(event, topic)
        match topic:
            case "guidelines.published":
                self.sampler.guidelines.apply(record)
                self.gateway.guidelines.announce(to_guideline(event))
            case "campaigns.changed":
                self.sampler.campaigns.apply(record)
            case "providers.changed":
                self.sampler.providers.apply(record)

    async def _erase(self, events: list[SampleErased]) -> None:
        await self.sampler.learn.forget_samples(events)
        await self.gateway.erase(events)
        await self.qa.erase(events)

    def _reject(self, events: Sequence[Event], rejected: Sequence[RejectedItem]) -> None:
        self.rejected += [(events[item.index].project, item.reason) for item in rejected]


async def poll_vendor(loop: Loop, config: ProviderConfig, items: Sequence[Annotation]) -> None:
    """Record a page of a vendor's feed."""
    async with loop.gateway.database.transaction() as tx:
        await loop.gateway.record(tx, config, items, "poll")


def _decode(topic: topics.Topic, value: bytes) -> Event:
    (model,) = topic.events
    if topic.encoding == "json":
        return model.model_validate_json(value)
    return model.model_validate(ormsgpack.unpackb(value))


def _embedded(event: SampleIngested) -> SampleEmbedded:
    """Return the sample with a vector that its text determines."""
    seed = int.from_bytes(sha256((event.content.text or "").encode()).digest()[:8], "little")
    vector = np.random.default_rng(seed).normal(size=GENERATION.dimension).astype("<f4").tobytes()
    return SampleEmbedded(
        **event.model_dump(exclude={"embedding", "received_at"}),
        embedding=Embedding(generation=GENERATION, vector=vector),
        embedded_at=NOON,
    )
