"""Which inferences have boxes that become crops, and which of them the embedder cannot read."""

from shoal.contracts.samples import Cropping
from shoal.encoders import encoder_name
from shoal_ingest.usecases.bodies.inference import Inference
from shoal_ingest.usecases.bodies.items import Fault
from shoal_ingest.usecases.encoders import NO_ENCODER, encoder_fault
from shoal_ingest.usecases.media.sources import Sources
from shoal_ingest.usecases.ports import KnownProject

_OFF = 'turn crops off with {"cropping": null} in POST /v1/projects'


def cropping_of(item: Inference, project: KnownProject | None) -> Cropping | None:
    """Return how the boxes of an inference become crops; None if it has none, or its project wants none."""
    if project is None or project.cropping is None or item.datum().kind != "image":
        return None
    return project.cropping if item.prediction and item.prediction.boxes else None


def cropping_fault(item: Inference, project: KnownProject, sources: Sources, field: str) -> Fault | None:
    """Return why no crops can be made of an image that brings its own vector. field: of its URI."""
    if encoder_name("image", project.encoders) is None:
        detail = "prediction.boxes: the project makes crops of boxes, and has no encoder of images for them"
        fix = f"Name one in encoders.image, or {_OFF}"
        return Fault(NO_ENCODER, "prediction.boxes", detail, fix)
    if encoder_fault(item.datum(), project.encoders, sources, field) is None:
        return None
    detail = f"{field}: the project makes crops of boxes, and Shoal may not read this image"
    fix = (
        "Store the image with POST /v1/projects/{project}/media, let the operator name its host in "
        f"SHOAL_MEDIA_HOSTS, or {_OFF}"
    )
    return Fault(NO_ENCODER, field, detail, fix)
