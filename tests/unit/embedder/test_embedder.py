"""Embedding without a model, a broker or a store."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import ormsgpack
import pytest

from publishingkit import FakePublisher
from shoal.contracts.samples import Content, Embedding, Generation, SampleErased, SampleIngested
from shoal_embedder.usecases.embed import Arrival, EmbedSamples
from shoal_embedder.usecases.erased import Erased, EraseSamples
from shoal_embedder.usecases.ports import EncodedText, OtherDimension, Point

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
OWN = Generation(name="own", version="1", dimension=2)


class Encoder:
    generation = OWN

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def encode(self, texts: Sequence[str]) -> list[EncodedText]:
        self.asked += texts
        return [
            EncodedText(np.array([len(text), 1], "<f4").tobytes(), is_readable=text.isascii())
            for text in texts
        ]


class Store:
    def __init__(self) -> None:
        self.points: dict[tuple[str, str, str], bytes] = {}

    async def prepare(self, project: str, generation: Generation) -> None:
        if generation.name == "grown":
            raise OtherDimension(3)

    async def upsert(self, project: str, generation: Generation, points: Sequence[Point]) -> None:
        for point in points:
            self.points[project, generation.slug(), point.event.sample_id] = point.vector

    async def delete(self, project: str, samples: Sequence[str]) -> None:
        self.points = {key: value for key, value in self.points.items() if key[2] not in samples}


def sample(number: int, **changes: Any) -> Arrival:
    fields: dict[str, Any] = {
        "project": "news",
        "sample_id": f"s{number}",
        "source": "wire",
        "source_id": str(number),
        "content": Content(text="x" * (number + 1)),
        "occurred_at": NOON,
        "received_at": NOON,
    }
    return Arrival(SampleIngested(**{**fields, **changes}), f"e{number}")


def supplied(*numbers: float, name: str = "theirs", dimension: int | None = None) -> Embedding:
    data = np.array(numbers, "<f4").tobytes()
    return Embedding(
        generation=Generation(name=name, version="1", dimension=dimension or len(numbers)), vector=data
    )


@pytest.fixture
def parts() -> tuple[EmbedSamples, Encoder, Store, FakePublisher, Erased]:
    encoder, store, publisher, erased = Encoder(), Store(), FakePublisher(), Erased()
    embed = EmbedSamples(encoder=encoder, store=store, erased=erased, publisher=publisher, clock=lambda: NOON)
    return embed, encoder, store, publisher, erased


async def test_texts_are_encoded_and_supplied_vectors_are_kept(parts: Any) -> None:
    embed, encoder, store, publisher, _ = parts
    assert await embed([sample(0), sample(1, embedding=supplied(1, 2, 3)), sample(2)]) == []
    assert encoder.asked == ["x", "xxx"]
    assert store.points["news", supplied(1, 2, 3).generation.slug(), "s1"] == supplied(1, 2, 3).vector
    assert [message.key for message in publisher.messages] == [b"s0", b"s1", b"s2"]


async def test_a_batch_that_comes_again_changes_nothing(parts: Any) -> None:
    embed, _, store, publisher, _ = parts
    await embed([sample(0), sample(1)])
    before, ids = dict(store.points), {dict(m.headers)["ce_id"] for m in publisher.messages}
    await embed([sample(1)])
    await embed([sample(0)])
    assert store.points == before
    assert {dict(m.headers)["ce_id"] for m in publisher.messages} == ids


@pytest.mark.parametrize(
    ("changes", "reason", "named"),
    [
        ({"embedding": supplied(1, float("nan"))}, "bad_vector", "embedding.vector"),
        ({"embedding": supplied(0, 0)}, "bad_vector", "embedding.vector"),
        ({"embedding": supplied(1, 2, dimension=3)}, "bad_vector", "embedding.vector"),
        ({"embedding": supplied(1, 2, name="grown")}, "wrong_dimension", "have 3"),
        ({"content": Content(uri="s3://b/k")}, "no_encoder", "content.text"),
    ],
)
async def test_a_bad_sample_does_not_stop_others(parts: Any, changes: Any, reason: str, named: str) -> None:
    embed, _, store, publisher, _ = parts
    (refused,) = await embed([sample(0), sample(1, **changes), sample(2)])
    assert (refused.index, refused.reason) == (1, reason)
    assert named in refused.detail
    assert {key[2] for key in store.points} == {"s0", "s2"}
    assert len(publisher.messages) == 2


async def test_an_erased_sample_does_not_come_back(parts: Any) -> None:
    embed, _, store, publisher, erased = parts
    await embed([sample(0), sample(1)])
    gone = SampleErased(project="news", sample_id="s0", reason="asked", erased_at=NOON)
    await EraseSamples(store, erased)([gone])
    await embed([sample(0)])
    assert {key[2] for key in store.points} == {"s1"}
    assert len(publisher.messages) == 2


async def test_a_text_that_the_encoder_cannot_read_is_marked(parts: Any) -> None:
    embed, _, _, publisher, _ = parts
    thai = Content(text="ของมาช้ามาก")
    own = supplied(1, 2, 3)
    await embed([sample(0), sample(1, content=thai), sample(2, content=thai, embedding=own)])
    readable = [ormsgpack.unpackb(message.value)["readable"] for message in publisher.messages]
    assert readable == [True, False, True]
