"""Inferences with boxes in projects that make crops of them."""

import json
from typing import Any

import ormsgpack
import pytest
from pydantic import ValidationError

from publishingkit import FakePublisher
from shoal.contracts.samples import Cropping
from shoal.security.directory import ProjectInfo
from shoal_ingest.http.project_schemas import ProjectIn
from shoal_ingest.usecases.accept import (
    Accepted,
    AcceptInferences,
    Result,
    ingested_message,
    to_event,
)
from shoal_ingest.usecases.bodies.inference import Inference
from shoal_ingest.usecases.bodies.items import Fault, parse_body
from shoal_ingest.usecases.cropping import cropping_of
from shoal_ingest.usecases.media.samples import SampleImages
from shoal_ingest.usecases.media.sources import Sources
from unit.ingest.test_accept import NOON, Generations, SampleIds

BOX = {"label": "crab", "left": 0.1, "top": 0.2, "right": 0.4, "bottom": 0.5, "score": 0.8}
GOOD = "https://images.example.com/1.jpg"
FOREIGN = "s3://reef/1.jpg"
VECTOR = {"name": "mine", "vector": [1.0, 0.5]}


class Projects:
    """`reef` makes crops; `plain` makes none; `blind` makes crops and has no encoder of images."""

    def get(self, project: str) -> ProjectInfo | None:
        encoders = {"image": None} if project == "blind" else {}
        cropping = None if project == "plain" else Cropping(most=7)
        return ProjectInfo(project, "", encoders, cropping)  # type: ignore[arg-type]

    async def find(self, project: str) -> ProjectInfo | None:
        return self.get(project)


class NoLedger:
    async def use(self, events: Any) -> tuple[()]:
        return ()


async def send(publisher: FakePublisher, *items: dict[str, Any]) -> list[Result]:
    accept = AcceptInferences(
        projects=Projects(),
        generations=Generations(),
        sample_ids=SampleIds(),
        publisher=publisher,
        images=SampleImages(None, NoLedger()),  # type: ignore[arg-type]
        sources=Sources.parse("images.example.com"),
        clock=lambda: NOON,
    )
    lines = [{"source_id": str(index), **item} for index, item in enumerate(items)]
    return await accept(parse_body("\n".join(map(json.dumps, lines)).encode()))


def photo(project: str = "reef", uri: str = GOOD, *boxes: dict[str, Any], **more: Any) -> dict[str, Any]:
    prediction = {"model": "reef", "boxes": list(boxes or [BOX])}
    return {"project": project, "image": {"uri": uri}, "prediction": prediction, **more}


async def test_only_images_with_boxes_of_projects_that_want_crops_are_cropped() -> None:
    publisher = FakePublisher()
    bare = {"project": "reef", "image": {"uri": GOOD}, "prediction": {"model": "reef", "boxes": []}}
    results = await send(publisher, photo(), photo("plain"), bare, {"project": "reef", "text": "a"})
    assert all(isinstance(result, Accepted) for result in results)
    topics = [message.topic for message in publisher.messages]
    assert topics == [*["samples.referenced"] * 3, "samples.ingested"]  # photos wait for their image first
    events = [ormsgpack.unpackb(message.value) for message in publisher.messages]
    assert [event["cropping"] for event in events] == [Cropping(most=7).model_dump(), None, None, None]


@pytest.mark.parametrize(
    ("item", "field"),
    [
        (photo("reef", FOREIGN), "image.uri"),
        (photo("reef", FOREIGN, embedding=VECTOR), "image.uri"),
        (photo("blind", embedding=VECTOR), "prediction.boxes"),
        (photo("reef", GOOD, {**BOX, "right": 1.2}), "prediction.boxes[0].right"),
        (photo("reef", GOOD, BOX, {**BOX, "top": -0.01}), "prediction.boxes[1].top"),
        (photo("reef", GOOD, BOX, {**BOX, "left": 0.4}), "prediction.boxes[1]"),
    ],
)
async def test_boxes_of_which_no_crop_can_be_made_are_refused_at_the_door(
    item: dict[str, Any], field: str
) -> None:
    publisher = FakePublisher()
    bad, good = await send(publisher, item, photo())
    assert isinstance(bad, Fault)
    assert bad.field == field
    assert bad.fix
    assert isinstance(good, Accepted)
    assert len(publisher.messages) == 1


async def test_an_image_with_its_own_vector_needs_to_be_read_for_crops_only() -> None:
    publisher = FakePublisher()
    (result,) = await send(publisher, photo("plain", FOREIGN, embedding=VECTOR))
    assert isinstance(result, Accepted)


def test_a_photo_that_is_stored_goes_to_the_topic_of_crops_if_its_project_wants_them() -> None:
    for project, topic in (("reef", "samples.boxed"), ("plain", "samples.ingested")):
        (item,) = parse_body(json.dumps({"source_id": "1", **photo(project, "media:" + "0" * 64)}).encode())
        assert isinstance(item, Inference)
        event = to_event(item, NOON, cropping_of(item, Projects().get(project)))
        assert ingested_message(event, NOON).topic == topic


def test_a_projects_rules_are_checked_and_may_be_turned_off() -> None:
    assert ProjectIn.model_validate({"project": "reef", "cropping": {}}).changes() == {"cropping": Cropping()}
    assert ProjectIn.model_validate({"project": "reef", "cropping": None}).changes() == {"cropping": None}
    assert ProjectIn.model_validate({"project": "reef"}).changes() == {}
    for wrong in ({"most": 51}, {"padding": 2}, {"smallest": 0}, {"size": 3}):
        with pytest.raises(ValidationError):
            ProjectIn.model_validate({"project": "reef", "cropping": wrong})
    with pytest.raises(ValidationError, match=r"encoders\.image"):
        ProjectIn.model_validate({"project": "reef", "cropping": {}, "encoders": {"image": None}})
