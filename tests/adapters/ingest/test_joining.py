"""Halves in a real PostgreSQL: joined in any order, a bad pair refused alone, a replayed half joined."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import ormsgpack
import pytest

from publishingkit import FakePublisher
from shoal.contracts.samples import InferenceHalf
from shoal.messaging import RejectedItem
from shoal.persistence import open_pool
from shoal_ingest.adapters.halves import PostgresHalves
from shoal_ingest.adapters.samples import PostgresSampleIds
from shoal_ingest.usecases.halves.join_halves import JoinHalves

pytestmark = pytest.mark.servers
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
REQUEST = {"instances": ["The refund has not come"]}
GOOD = {"predictions": ["pos"]}
BAD = {"predictions": [{"confidence": 0.9}]}


class Joiner:
    """The use case over the real tables."""

    def __init__(self, pool: Any) -> None:
        self.publisher = FakePublisher()
        self.now = NOON
        self.join = JoinHalves(
            halves=PostgresHalves(pool),
            sample_ids=PostgresSampleIds(pool),
            publisher=self.publisher,
            clock=lambda: self.now,
            window=timedelta(hours=24),
        )

    async def __call__(self, *halves: InferenceHalf) -> Sequence[RejectedItem]:
        return await self.join(halves)

    def contents(self) -> dict[str, tuple[str, str | None]]:
        """Return text and label of the published samples by their source ids."""
        samples = [ormsgpack.unpackb(message.value) for message in self.publisher.messages]
        return {
            sample["source_id"]: (sample["content"]["text"], sample["prediction"]["label"])
            for sample in samples
        }


def half(kind: Any, payload: Any, correlation_id: str = "c-1", project: str = "news") -> InferenceHalf:
    return InferenceHalf(
        project=project,
        correlation_id=correlation_id,
        half=kind,
        dialect="kserve",
        source="clf",
        model="clf",
        payload=payload if isinstance(payload, bytes) else json.dumps(payload).encode(),
        occurred_at=NOON,
        received_at=NOON,
    )


@pytest.fixture
async def joiner(migrated_dsn: str) -> AsyncIterator[Joiner]:
    pool = await open_pool(migrated_dsn, "ingest")
    yield Joiner(pool)
    await pool.close()


async def test_a_replayed_half_of_a_refused_pair_is_tried_again(joiner: Joiner) -> None:
    assert await joiner(half("request", REQUEST)) == []
    for _ in range(2):  # the response, and its letter replayed by hand
        (refused,) = await joiner(half("response", BAD))
        assert "'confidence'" in refused.detail
    assert joiner.contents() == {}


@pytest.mark.parametrize("kind", ["request", "response"])
async def test_a_good_half_replaces_a_refused_one(joiner: Joiner, kind: str) -> None:
    bad = half("request", {"instances": [""]}) if kind == "request" else half("response", BAD)
    good = half("request", REQUEST) if kind == "request" else half("response", GOOD)
    other = half("response", GOOD) if kind == "request" else half("request", REQUEST)
    assert await joiner(other) == []
    assert len(await joiner(bad)) == 1
    assert await joiner(good) == []
    assert joiner.contents() == {"c-1": ("The refund has not come", "pos")}


async def test_a_good_half_replaces_a_refused_one_of_the_same_batch(joiner: Joiner) -> None:
    (refused,) = await joiner(half("request", REQUEST), half("response", BAD), half("response", GOOD))
    assert refused.index == 1
    assert joiner.contents() == {"c-1": ("The refund has not come", "pos")}


async def test_the_first_half_stands_unless_its_pair_is_refused(joiner: Joiner) -> None:
    await joiner(half("request", REQUEST))
    await joiner(half("request", {"instances": ["another text"]}))
    assert await joiner(half("response", GOOD)) == []
    assert await joiner(half("response", {"predictions": ["neg"]})) == []
    assert joiner.contents() == {"c-1": ("The refund has not come", "pos")}
    assert len(joiner.publisher.messages) == 1


async def test_bad_pairs_stop_no_others(joiner: Joiner) -> None:
    responses = [
        BAD,
        GOOD,
        b"\x1f\x8b",
        {"predictions": [10**30]},
        GOOD,
        b"[" * 5000,
        {"predictions": ["\x00"]},
    ]
    requests = [half("request", REQUEST, f"c-{number}") for number in range(len(responses))]
    halves = [half("response", response, f"c-{number}") for number, response in enumerate(responses)]
    refused = await joiner(*requests, *halves)
    assert sorted(item.index - len(requests) for item in refused) == [0, 2, 3, 5, 6]
    assert sorted(joiner.contents()) == ["c-1", "c-4"]


async def test_a_detail_can_be_a_header_of_kafka(joiner: Joiner) -> None:
    await joiner(half("request", REQUEST))
    (refused,) = await joiner(half("response", {"error": ["\ud800"] * 9000}))
    assert len(refused.detail.encode()) < 1000
    nested = b'{"error":' + b"[" * 900 + b"]" * 900 + b"}"
    (refused,) = await joiner(half("response", nested))
    assert refused.detail


async def test_a_bad_instance_costs_no_other_of_its_pair(joiner: Joiner) -> None:
    await joiner(half("request", {"instances": ["a", "", "c", "d"]}))
    (refused,) = await joiner(half("response", {"predictions": ["pos", "pos", None, "neg"]}))
    assert refused.detail.startswith("2 of 4 instances are refused: instances[1] is empty")
    assert "predictions[2] is null" in refused.detail
    assert joiner.contents() == {"c-1:0": ("a", "pos"), "c-1:3": ("d", "neg")}


async def test_a_long_correlation_id_leaves_room_for_the_instances(joiner: Joiner) -> None:
    await joiner(half("request", {"instances": ["a", "b"]}, "x" * 200))
    assert await joiner(half("response", {"predictions": ["pos", "neg"]}, "x" * 200)) == []
    assert sorted(joiner.contents().values()) == [("a", "pos"), ("b", "neg")]


async def test_two_projects_with_the_same_ids_are_joined_apart(joiner: Joiner) -> None:
    await joiner(half("request", REQUEST, project="news"), half("response", BAD, project="mail"))
    assert joiner.contents() == {}
    assert len(await joiner(half("request", REQUEST, project="mail"))) == 1
    assert await joiner(half("response", GOOD, project="news")) == []


async def test_only_halves_that_never_met_another_count_as_alone(joiner: Joiner) -> None:
    await joiner(half("request", REQUEST, "alone"))
    await joiner(half("request", REQUEST, "refused"), half("response", BAD, "refused"))
    await joiner(half("request", REQUEST, "joined"), half("response", GOOD, "joined"))
    joiner.now += timedelta(hours=25)
    assert await joiner.join.expire() == 1
