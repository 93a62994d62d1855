"""Boxes of predictions become crops: once, under the same ids, whatever the model and the encoder."""

from typing import Any

import numpy as np
import ormsgpack
import pytest

from metricskit import growth
from publishingkit import FakePublisher
from shoal.contracts.ids import crop_id
from shoal.contracts.samples import Content, Cropping, PredictedBox, Prediction, SampleEmbedded, SampleErased
from shoal.crops import crop_samples
from shoal_embedder.usecases.embed import EmbedSamples
from shoal_embedder.usecases.erased import Erased
from shoal_embedder.usecases.supplied import Arrival
from unit.embedder.test_embedder import NOON, Encoder, Images, Store, encode_with, sample, supplied

FISH = {"left": 0.1, "top": 0.2, "right": 0.4, "bottom": 0.5}
CRAB = {"left": 0.6, "top": 0.2, "right": 0.9, "bottom": 0.7}
SPECK = {"left": 0.5, "top": 0.5, "right": 0.55, "bottom": 0.9}
Parts = tuple[EmbedSamples, Store, FakePublisher, Erased]


@pytest.fixture
def parts() -> Parts:
    store, publisher, erased = Store(), FakePublisher(), Erased()
    embed = EmbedSamples(
        encode=encode_with(Encoder()), store=store, erased=erased, publisher=publisher, clock=lambda: NOON
    )
    return embed, store, publisher, erased


def photo(number: int, *boxes: dict[str, Any], version: str = "1", most: int = 20, **changes: Any) -> Arrival:
    prediction = Prediction(
        model="reef", version=version, boxes=tuple(PredictedBox(**{"label": "fish", **box}) for box in boxes)
    )
    fields = {"content": Content(uri=f"media:{number}.png", media_type="image/png"), "prediction": prediction}
    return sample(number, cropping=Cropping(most=most), **{**fields, **changes})


def published(publisher: FakePublisher) -> list[SampleEmbedded]:
    return [SampleEmbedded.model_validate(ormsgpack.unpackb(message.value)) for message in publisher.messages]


async def test_an_image_and_its_crops_are_one_event_and_points_of_their_own(parts: Parts) -> None:
    embed, store, publisher, _ = parts
    fish = {**FISH, "score": 0.6, "label": "rockfish"}
    crab = {**CRAB, "scores": {"crab": 0.7, "rock": 0.3}}
    with growth("shoal_embedder_crops_total", project="news") as grown:
        assert await embed([photo(1, SPECK, crab, fish)]) == []
    assert grown == {("embedded",): 2, ("too_small",): 1}
    (event,) = published(publisher)
    assert [crop.sample_id for crop in event.crops] == [crop_id("s1", **FISH), crop_id("s1", **CRAB)]
    slug = Images.generation.slug()
    assert set(store.points) == {
        ("news", slug, name) for name in ("s1", crop_id("s1", **FISH), crop_id("s1", **CRAB))
    }
    first, second = crop_samples(event)
    assert (first.parent_id, first.group, first.content.crop) == ("s1", "s1", event.crops[0].area)
    assert first.content.uri == event.content.uri
    assert first.prediction == Prediction(
        model="reef", version="1", label="rockfish", scores={"rockfish": 0.6}
    )
    assert second.prediction is not None
    assert second.prediction.scores == {"crab": 0.7, "rock": 0.3}
    assert np.frombuffer(first.embedding.vector, "<f4").tolist() == pytest.approx([0.1, 0.2, 1])


async def test_a_delivery_again_and_a_revised_prediction_have_the_same_crops(parts: Parts) -> None:
    embed, store, publisher, _ = parts
    await embed([photo(1, FISH, CRAB)])
    points = dict(store.points)
    await embed([photo(1, FISH, CRAB)])
    noisy = {name: corner + 1e-7 for name, corner in CRAB.items()}
    await embed([photo(1, {**noisy, "label": "lobster", "score": 0.9}, FISH, version="2")])
    assert store.points.keys() == points.keys()
    first, again, revised = published(publisher)
    assert first == again
    names = [{crop.sample_id for crop in event.crops} for event in (first, revised)]
    assert names[0] == names[1]
    assert {crop.prediction.label for crop in crop_samples(revised) if crop.prediction} == {"lobster", "fish"}


async def test_an_image_keeps_its_own_vector_and_its_crops_have_the_encoders(parts: Parts) -> None:
    embed, store, publisher, _ = parts
    assert await embed([photo(1, FISH, embedding=supplied(1, 2))]) == []
    (event,) = published(publisher)
    assert event.embedding == supplied(1, 2)
    assert event.crops[0].embedding.generation == Images.generation
    assert {key[1] for key in store.points} == {supplied(1, 2).generation.slug(), Images.generation.slug()}


async def test_an_image_without_its_crops_is_not_published(parts: Parts) -> None:
    embed, store, publisher, _ = parts
    torn = {"content": Content(uri="media:2.torn", media_type="image/png")}
    rejected = await embed(
        [
            photo(1, FISH),
            photo(2, FISH, **torn),
            photo(3, FISH, **torn, embedding=supplied(1, 2)),
            photo(4, FISH, embedding=supplied(float("nan"), 2)),
            photo(5, FISH, project="texts-only"),
            photo(6, FISH, embedding=supplied(1, 2, name="grown")),
        ]
    )
    assert [(item.index, item.reason) for item in sorted(rejected, key=lambda item: item.index)] == [
        (1, "media_unreadable"),
        (2, "media_unreadable"),
        (3, "bad_vector"),
        (4, "no_encoder"),
        (5, "wrong_dimension"),
    ]
    assert [event.sample_id for event in published(publisher)] == ["s1"]
    assert len(store.points) == 2


async def test_an_image_that_is_erased_meanwhile_leaves_no_vector(parts: Parts) -> None:
    embed, store, _, erased = parts
    upsert = store.upsert

    async def upsert_late(*args: Any) -> None:
        await upsert(*args)
        erased.add(SampleErased(project="news", sample_id="s1", reason="asked", erased_at=NOON))

    store.upsert = upsert_late  # type: ignore[method-assign]
    await embed([photo(1, FISH)])
    assert ("news", Images.generation.slug(), "s1") not in store.points


async def test_a_crop_that_was_erased_alone_does_not_come_back(parts: Parts) -> None:
    embed, store, publisher, erased = parts
    crop = crop_id("s1", **FISH)
    erased.add(SampleErased(project="news", sample_id=crop, reason="asked", erased_at=NOON))
    await embed([photo(1, FISH, CRAB)])
    assert [item.sample_id for item in published(publisher)[0].crops] == [crop_id("s1", **CRAB)]
    assert ("news", Images.generation.slug(), crop) not in store.points
