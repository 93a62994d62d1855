"""Samples that nothing can encode are refused at the door, with what to change."""

import json
from typing import Any

import pytest

from shoal.contracts.samples import Content, ContentKind, Prediction
from shoal_ingest.usecases.bodies.inference import Inference
from shoal_ingest.usecases.bodies.items import Fault, parse_body
from shoal_ingest.usecases.encoders import encoder_fault
from shoal_ingest.usecases.media.sources import Sources

SOURCES = Sources.parse("images.example.com, *.cdn.example.com, http://files.local:8080")
PHOTO: dict[str, Any] = {"uri": "https://images.example.com/8841.jpg", "media_type": "image/jpeg"}


@pytest.mark.parametrize(
    "content",
    [
        {"text": "Wheat exports fell"},
        PHOTO,
        {"uri": "https://eu.cdn.example.com:443/1?x=2"},
        {"uri": "http://files.local:8080/1.png"},
        {"uri": f"media:{'0' * 64}", "media_type": "image/png"},
    ],
)
def test_what_an_encoder_reads_is_accepted(content: dict[str, Any]) -> None:
    assert encoder_fault(Content(**content), {}, SOURCES) is None


@pytest.mark.parametrize(
    ("content", "encoders", "field", "words"),
    [
        ({"text": "a"}, {"text": None}, "embedding", "encoders.text"),
        (PHOTO, {"image": None}, "embedding", "encoders.image"),
        (
            {"uri": "https://images.example.com/a.wav", "media_type": "audio/wav"},
            {},
            "embedding",
            "audio/wav",
        ),
        ({"uri": "s3://bucket/1.jpg"}, {}, "content.uri", "scheme 's3'"),
        ({"uri": "https://elsewhere.example/1.jpg"}, {}, "content.uri", "SHOAL_MEDIA_HOSTS"),
        ({"uri": "http://images.example.com/1.jpg"}, {}, "content.uri", "SHOAL_MEDIA_HOSTS"),
        ({"uri": "https://images.example.com:8443/1.jpg"}, {}, "content.uri", "SHOAL_MEDIA_HOSTS"),
        ({"uri": "https://cdn.example.com/1.jpg"}, {}, "content.uri", "SHOAL_MEDIA_HOSTS"),
        ({"uri": "https://evilcdn.example.com/1.jpg"}, {}, "content.uri", "SHOAL_MEDIA_HOSTS"),
        ({"uri": "https://me:secret@images.example.com/1"}, {}, "content.uri", "password"),
        ({"uri": "https://[broken/1"}, {}, "content.uri", "no address"),
        ({"uri": "https://images.example.com:x/1"}, {}, "content.uri", "no address"),
    ],
)
def test_a_sample_without_a_usable_encoder_is_refused_with_the_fix(
    content: dict[str, Any], encoders: dict[ContentKind, str | None], field: str, words: str
) -> None:
    fault = encoder_fault(Content(**content), encoders, SOURCES)
    assert fault is not None
    assert (fault.reason, fault.field) == ("no_encoder", field)
    assert words in f"{fault.detail} {fault.fix}"
    assert "embedding" in fault.fix


@pytest.mark.parametrize("text", ["ftp://a.example", "https://", "a.example/path", "me:x@a.example"])
def test_a_list_of_hosts_that_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"images are read|give a host"):
        Sources.parse(text)


KINDS: list[dict[str, Any]] = [
    {"boxes": [{"label": "crab", "left": 0.1, "top": 0.2, "right": 0.4, "bottom": 0.5, "score": 0.8}]},
    {"polygons": [{"label": "crab", "points": [[0.1, 0.2], [0.4, 0.2], [0.3, 0.5]]}]},
    {"spans": [{"label": "good", "start": 0, "end": 5}]},
    {"labels": ["grain"], "scores": {"grain": 0.9, "trade": 0.4}},
    {"candidate_scores": {"a": 0.7, "b": 0.1}},
    {"number": {"value": 3.5, "low": 3, "high": 4}},
    {"text": "A reef."},
]


@pytest.mark.parametrize("prediction", KINDS)
def test_predictions_of_every_kind_pass_the_door_unchanged(prediction: dict[str, Any]) -> None:
    body = {"project": "reef", "source_id": "1", "text": "wheat", "prediction": {"model": "m", **prediction}}
    inference = Inference.model_validate_json(json.dumps(body))
    passed = inference.to_prediction()
    assert passed is not None
    expected = Prediction(model="m", **prediction)
    assert Prediction.model_validate(passed.model_dump()) == expected


def test_a_box_outside_the_image_or_with_an_unknown_field_is_refused() -> None:
    box = KINDS[0]["boxes"][0]
    for wrong in ({**box, "right": 1.4}, {**box, "left": 0.5}, {**box, "angle": 3}):
        body = {
            "project": "reef",
            "source_id": "1",
            "text": "a",
            "prediction": {"model": "m", "boxes": [wrong]},
        }
        (fault,) = parse_body(json.dumps(body).encode())
        assert isinstance(fault, Fault)
        assert fault.field.startswith("prediction.boxes")
