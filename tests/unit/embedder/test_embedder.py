"""Embedding without a model, a broker or a store."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import ormsgpack
import pytest

from publishingkit import FakePublisher
from shoal.contracts.samples import Content, Embedding, Generation, SampleErased, SampleIngested
from shoal.security.directory import ProjectInfo
from shoal_embedder.domain.crops import choose_boxes
from shoal_embedder.usecases.embed import EmbedSamples
from shoal_embedder.usecases.encode import EncodeSamples
from shoal_embedder.usecases.erased import Erased, EraseSamples
from shoal_embedder.usecases.ports import (
    BoxedPicture,
    CroppedPicture,
    CropVector,
    EncodedText,
    ImageEncoder,
    OtherDimension,
    Picture,
    Point,
    Unreadable,
)
from shoal_embedder.usecases.supplied import Arrival

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


class Images:
    """Reads the images whose address ends with .png."""

    generation = Generation(name="eyes", version="1", dimension=3)

    async def encode(self, pictures: Sequence[Picture]) -> list[bytes | Unreadable]:
        vector = np.array([1, 2, 3], "<f4").tobytes()
        uris = [picture.content.uri or "" for picture in pictures]
        return [vector if uri.endswith(".png") else Unreadable("content.uri: damaged") for uri in uris]

    async def encode_boxed(self, pictures: Sequence[BoxedPicture]) -> list[CroppedPicture | Unreadable]:
        return [await self._crop(boxed) for boxed in pictures]

    async def _crop(self, boxed: BoxedPicture) -> CroppedPicture | Unreadable:
        (whole,) = await self.encode([boxed.picture])
        if isinstance(whole, Unreadable):
            return whole
        choice = choose_boxes(boxed.boxes, width=100, height=100, most=boxed.cropping.most, smallest=10)
        crops = [
            CropVector(
                box=box, area=box.area, vector=np.array([box.area.left, box.area.top, 1], "<f4").tobytes()
            )
            for box in choice.boxes
        ]
        return CroppedPicture(
            whole=whole if boxed.whole else None,
            crops=crops,
            too_small=choice.too_small,
            above_limit=choice.above_limit,
        )


class OneOfEach:
    """One encoder of texts and one of images, whatever their names."""

    default_text = "own"

    def __init__(self, texts: Encoder) -> None:
        self.texts = texts

    async def of_texts(self, name: str) -> Encoder:
        return self.texts

    async def of_images(self, name: str) -> ImageEncoder:
        return Images()


class Projects:
    """Projects by their names; the project `texts-only` names no encoder of images."""

    async def find(self, project: str) -> ProjectInfo:
        return ProjectInfo(project, "", {"image": None} if project == "texts-only" else {})


def encode_with(encoder: Encoder) -> EncodeSamples:
    return EncodeSamples(OneOfEach(encoder), Projects())


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
    embed = EmbedSamples(
        encode=encode_with(encoder), store=store, erased=erased, publisher=publisher, clock=lambda: NOON
    )
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
        ({"content": Content(uri="https://b/k")}, "media_unreadable", "content.uri"),
        (
            {"project": "texts-only", "content": Content(uri="https://b/k.png")},
            "no_encoder",
            "encoders.image",
        ),
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


async def test_texts_and_images_of_one_batch_have_their_own_generations(parts: Any) -> None:
    embed, _, store, publisher, _ = parts
    image = Content(uri="https://b/1.png", media_type="image/png")
    assert await embed([sample(0), sample(1, content=image), sample(2)]) == []
    assert {key[1:] for key in store.points} == {("own-1-2", "s0"), ("eyes-1-3", "s1"), ("own-1-2", "s2")}
    assert {message.key for message in publisher.messages} == {b"s0", b"s1", b"s2"}


async def test_conversations_and_candidates_are_encoded_as_text(parts: Any) -> None:
    embed, encoder, _, _, _ = parts
    turns = ({"role": "user", "text": "Is wheat up?"}, {"role": "assistant", "text": "Yes."})
    candidates = ({"id": "a", "text": "Up."}, {"id": "b", "text": "Down."})
    contents = [{"turns": turns}, {"prompt": "Wheat?", "candidates": candidates}]
    assert (
        await embed([sample(index, content=Content(**content)) for index, content in enumerate(contents)])
        == []
    )
    assert encoder.asked == ["user: Is wheat up?\nassistant: Yes.", "Wheat?\nUp.\nDown."]
