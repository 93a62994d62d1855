"""A task's content as JSON for people: texts, turns, candidates, and images by signed addresses."""

from datetime import timedelta
from typing import Any

from shoal.pictures.crops import crop_pixels
from shoal_gateway.domain.guidelines import Guideline
from shoal_gateway.domain.tasks import Datum, Prelabel
from shoal_gateway.usecases.label_types import content_of
from shoal_gateway.usecases.ports.media import PREFIX, MediaAddresses

THUMBNAIL = 320
EXAMPLE = 1280
"""Most pixels of the longer side of a thumbnail, and of a guideline's example picture."""


def content_json(
    datum: Datum, project: str, media: MediaAddresses, lifetime: timedelta | None = None
) -> dict[str, Any]:
    """Return the content with its kind; an image of the media store has addresses valid for `lifetime`.

    `media` is the whole image; of a crop, `cropped` is the part that is meant.
    """
    return {
        "kind": content_of(datum).kind,
        "text": datum.text,
        "uri": datum.uri,
        "sha256": datum.sha256,
        "media_type": datum.media_type,
        "media": _media_json(datum, project, media, lifetime),
        **_cropped_json(datum, project, media, lifetime),
        **{name: datum.more[name] for name in ("prompt", "turns", "crop") if name in datum.more},
        **_candidates_json(datum),
    }


def _candidates_json(datum: Datum) -> dict[str, Any]:
    """Return the candidates without their models: who compares must not know which model wrote what."""
    candidates = datum.more.get("candidates")
    if candidates is None:
        return {}
    return {"candidates": [{"id": item["id"], "text": item["text"]} for item in candidates]}


def _media_json(
    datum: Datum, project: str, media: MediaAddresses, lifetime: timedelta | None
) -> dict[str, Any] | None:
    if datum.uri is None or not datum.uri.startswith(PREFIX):
        return None
    sha256 = datum.uri.removeprefix(PREFIX)
    return {
        "url": media.address(project, sha256, lifetime=lifetime),
        "thumbnail": media.address(project, sha256, size=THUMBNAIL, lifetime=lifetime),
        "width": datum.more.get("width"),
        "height": datum.more.get("height"),
    }


def _cropped_json(
    datum: Datum, project: str, media: MediaAddresses, lifetime: timedelta | None
) -> dict[str, Any]:
    """Return the picture of a crop of the media store, with its size if that of the image is known."""
    content = content_of(datum)
    if content.crop is None or not (content.uri or "").startswith(PREFIX):
        return {}
    crop = (content.crop.left, content.crop.top, content.crop.right, content.crop.bottom)
    sha256, width, height = (content.uri or "").removeprefix(PREFIX), None, None
    if content.width and content.height:
        left, top, right, bottom = crop_pixels(crop, content.width, content.height)
        width, height = right - left, bottom - top
    return {
        "cropped": {
            "url": media.address(project, sha256, lifetime=lifetime, crop=crop),
            "thumbnail": media.address(project, sha256, size=THUMBNAIL, lifetime=lifetime, crop=crop),
            "width": width,
            "height": height,
        }
    }


def schema_json(
    guideline: Guideline, media: MediaAddresses, lifetime: timedelta | None = None
) -> dict[str, Any]:
    """Return a label schema; the example pictures of its classes have addresses valid for `lifetime`."""
    document = dict(guideline.schema.document)
    if any(item.get("images") for item in document.get("classes", ())):
        document["classes"] = [
            {**item, "images": [_picture_json(image, guideline, media, lifetime) for image in item["images"]]}
            for item in document["classes"]
        ]
    return document


def _picture_json(
    image: dict[str, Any], guideline: Guideline, media: MediaAddresses, lifetime: timedelta | None
) -> dict[str, Any]:
    sha256 = image["media"].removeprefix(PREFIX)
    return {
        **image,
        "url": media.address(guideline.project, sha256, size=EXAMPLE, lifetime=lifetime),
        "thumbnail": media.address(guideline.project, sha256, size=THUMBNAIL, lifetime=lifetime),
    }


def prelabel_json(prelabel: Prelabel) -> dict[str, Any]:
    """Return a pre-label as JSON: the answer, with the model and its scores."""
    return {
        **prelabel.answer,
        "score": prelabel.score,
        "scores": prelabel.scores,
        "model": prelabel.model,
        "version": prelabel.version,
    }
