"""Crops on a real PostgreSQL: an image is labelled as a whole or by its crops, once, and erased with them."""

from datetime import timedelta
from typing import Any

import numpy as np
import orjson
import pytest

from adapters.sampler.samplerkit import NOON, Replica, campaign
from publishingkit import received
from shoal.contracts.answers import Corners
from shoal.contracts.ids import crop_id
from shoal.contracts.label_schemas import BoxesSchema, LabelClass, SingleChoiceSchema
from shoal.contracts.labels import GuidelineRef
from shoal.contracts.quality import GuidelinePublished
from shoal.contracts.samples import (
    Content,
    Crop,
    Embedding,
    Generation,
    PredictedBox,
    Prediction,
    SampleEmbedded,
    SampleErased,
)
from shoal_sampler.adapters.postgres.campaigns import PostgresAudits
from shoal_sampler.domain.campaigns.audit import Audit
from shoal_sampler.usecases.audits import ManageAudits
from shoal_sampler.usecases.campaigns.manage import ManageCampaigns
from shoal_sampler.usecases.stream.arrivals import Arrival, read_arrival
from shoal_sampler.usecases.stream.learn import LearnLabels

pytestmark = pytest.mark.servers
GENERATION = Generation(name="eyes", version="1", dimension=3)
FISH, CRAB, REEF = np.eye(3, dtype="<f4")
CLASSES = (LabelClass(name="fish"), LabelClass(name="crab"))


def embedding(vector: Any) -> Embedding:
    return Embedding(generation=GENERATION, vector=vector.tobytes())


def photo(number: int, *objects: Any, version: str = "1", shift: float = 0.0) -> Arrival:
    """Return a photo of the reef with a box around each object, from left to right."""
    sample_id, boxes, crops = f"s{number}", [], []
    for index, vector in enumerate(objects):
        corners = {"left": index / 10 + shift, "top": 0.1, "right": index / 10 + 0.09 + shift, "bottom": 0.3}
        label = "fish" if vector is FISH else "crab"
        boxes.append(PredictedBox(label=label, score=0.7, **corners))
        name = crop_id(sample_id, **corners)
        crops.append(Crop(sample_id=name, box=index, area=Corners(**corners), embedding=embedding(vector)))
    event = SampleEmbedded(
        project="news",
        sample_id=sample_id,
        source="camera",
        source_id=str(number),
        content=Content(uri=f"media:{number:064x}", sha256=f"{number:064x}", media_type="image/png"),
        embedding=embedding(REEF),
        prediction=Prediction(model="reef", version=version, boxes=tuple(boxes)),
        crops=tuple(crops),
        occurred_at=NOON,
        received_at=NOON - timedelta(seconds=30),
        embedded_at=NOON,
    )
    return read_arrival(event)


def replica_of(pool: Any, *, boxes: bool) -> Replica:
    replica = Replica(pool, guideline=False)
    schema = BoxesSchema(classes=CLASSES) if boxes else SingleChoiceSchema(classes=CLASSES)
    event = GuidelinePublished(
        project="news", guideline=GuidelineRef(major=1, minor=0), label_schema=schema, published_at=NOON
    )
    replica.guidelines.apply(received(event, "guidelines.published"))
    return replica


async def sent(pool: Any, topic: str = "labeling.jobs") -> list[dict[str, Any]]:
    rows = await pool.fetch("SELECT value FROM outbox WHERE topic = $1 ORDER BY seq", topic)
    return [orjson.loads(row["value"]) for row in rows]


def like(vector: Any, **more: Any) -> dict[str, Any]:
    return {
        "kind": "more_like_these",
        "examples": [{"vector": vector.tolist()}],
        "generation": GENERATION.slug(),
        "threshold": 0.9,
        "duplicate_similarity": 1.1,
        **more,
    }


async def test_crops_are_labelled_in_a_project_of_classes(pool: Any, manage: ManageCampaigns) -> None:
    await manage.create("news", campaign("fish", 300, **like(FISH)))
    photos = [photo(1, FISH, CRAB, FISH), photo(2, CRAB), photo(3)]
    await replica_of(pool, boxes=False).receive(photos)
    jobs = await sent(pool)
    crops = photos[0].event.crops
    assert [job["sample_id"] for job in jobs] == [crops[0].sample_id, crops[2].sample_id]
    first = jobs[0]
    assert first["content"]["crop"] == crops[0].area.model_dump()
    assert (first["prediction"]["label"], first["prediction"]["scores"]) == ("fish", {"fish": 0.7})
    assert (first["source_id"], first["group"]) == ("1", "s1")
    assert first["prediction"]["boxes"] is None
    # A photo with crops is not decided on itself: its three crops, the second's one and the third photo are.
    assert await pool.fetchval("SELECT count(*) FROM decisions") == 5
    assert await pool.fetchval("SELECT seen FROM campaigns") == 5


async def test_a_photo_is_labelled_once_in_a_project_of_boxes(pool: Any, manage: ManageCampaigns) -> None:
    await manage.create("news", campaign("fish", 300, **like(FISH)))
    photos = [photo(1, FISH, CRAB, FISH), photo(2, CRAB), photo(3, CRAB, FISH)]
    await replica_of(pool, boxes=True).receive(photos)
    jobs = await sent(pool)
    assert [job["sample_id"] for job in jobs] == ["s1", "s3"]
    assert jobs[0]["content"].get("crop") is None
    assert len(jobs[0]["prediction"]["boxes"]) == 3  # the pre-labels of the whole photo
    assert await pool.fetchval("SELECT count(*) FROM decisions") == 3
    assert await pool.fetchval("SELECT votes_reserved FROM campaigns") == 6


@pytest.mark.parametrize("boxes", [True, False])
async def test_a_delivery_again_and_a_revised_prediction_buy_nothing(
    pool: Any, manage: ManageCampaigns, boxes: bool
) -> None:
    await manage.create("news", campaign("fish", 300, **like(FISH)))
    window = like(CRAB, share=1.0, window_samples=2, window_seconds=3600)
    await manage.create("news", campaign("crabs", 300, **window))
    photos = [photo(1, FISH, CRAB), photo(2, CRAB, FISH)]
    await replica_of(pool, boxes=boxes).receive(photos)
    before = await sent(pool)
    assert len(before) == (2 if boxes else 4)
    again = replica_of(pool, boxes=boxes)
    await again.receive(photos)
    await again.receive([photo(1, FISH, CRAB, FISH, version="2", shift=0.01), photo(2, CRAB, version="2")])
    await again.receive.close_windows()
    assert await sent(pool) == before
    assert await pool.fetchval("SELECT count(*) FROM waiting") == 0


async def test_the_audit_takes_a_photo_or_its_crops(pool: Any) -> None:
    audits = ManageAudits(PostgresAudits(pool), Audit(rate=0.0), lambda: NOON)
    await audits.put("news", Audit(rate=1.0, votes_per_day=1000))
    photos = [photo(1, FISH, CRAB), photo(2)]
    await replica_of(pool, boxes=False).receive(photos)
    names = [job["sample_id"] for job in await sent(pool)]
    assert sorted(names) == sorted([*(crop.sample_id for crop in photos[0].event.crops), "s2"])
    decided = await pool.fetchval("SELECT count(*) FROM outbox WHERE topic = 'sampling.decisions'")
    assert decided == 3


async def test_the_crops_of_an_erased_photo_are_erased_everywhere(pool: Any, manage: ManageCampaigns) -> None:
    await manage.create("news", campaign("fish", 300, **like(FISH)))
    replica, erased = replica_of(pool, boxes=False), photo(1, FISH, CRAB)
    await replica.receive([erased, photo(2, FISH)])
    assert await pool.fetchval("SELECT count(*) FROM chosen") == 2
    learn = LearnLabels(replica.store, replica.memories)
    event = SampleErased(project="news", sample_id="s1", reason="asked", erased_at=NOON)
    for _ in range(2):
        await learn.forget_samples([event])
    assert await pool.fetchval("SELECT count(*) FROM chosen") == 1
    crops = {crop.sample_id for crop in erased.event.crops}
    events = await sent(pool, "samples.erased")
    assert {item["sample_id"] for item in events} == crops
    assert {item["reason"] for item in events} == {"asked"}
    headers = await pool.fetch("SELECT headers FROM outbox WHERE topic = 'samples.erased'")
    assert len({tuple(row["headers"]) for row in headers}) == 2  # a repeated erasure repeats the event
    for crop in crops:  # the sampler reads its own events too
        await learn.forget_samples([event.model_copy(update={"sample_id": crop})])
    assert len(await sent(pool, "samples.erased")) == len(events)
    await replica.receive([photo(1, FISH, CRAB, version="2", shift=0.02)])
    assert len(await sent(pool)) == 2


async def test_a_photo_that_is_erased_first_has_no_crops_to_label(pool: Any, manage: ManageCampaigns) -> None:
    await manage.create("news", campaign("fish", 300, **like(FISH)))
    replica = replica_of(pool, boxes=False)
    learn = LearnLabels(replica.store, replica.memories)
    await learn.forget_samples([SampleErased(project="news", sample_id="s1", reason="", erased_at=NOON)])
    await replica.receive([photo(1, FISH)])
    assert await sent(pool) == []


async def test_two_crops_with_one_id_get_one_decision(pool: Any, manage: ManageCampaigns) -> None:
    await manage.create("news", campaign("fish", 300, **like(FISH)))
    first, second = photo(1, FISH), photo(2, FISH)
    stolen = second.event.crops[0].model_copy(update={"sample_id": first.event.crops[0].sample_id})
    photos = [first, read_arrival(second.event.model_copy(update={"crops": (stolen,)})), photo(3, FISH)]
    await replica_of(pool, boxes=False).receive(photos)
    owners = await pool.fetch("SELECT parent_id FROM decisions ORDER BY parent_id")
    assert [row["parent_id"] for row in owners] == ["s1", "s3"]
