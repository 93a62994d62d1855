"""Refuse samples that nothing can encode: their project has no encoder for them, or nothing can read them."""

from collections.abc import Mapping

from shoal.contracts.samples import Content, ContentKind
from shoal.encoders import encoder_name
from shoal.media.store import URI_START
from shoal_ingest.usecases.bodies.items import Fault
from shoal_ingest.usecases.media.sources import Sources
from shoal_ingest.usecases.media.uris import other_type

NO_ENCODER = "no_encoder"
_FIX = "Send the datum's vector in embedding"


def encoder_fault(
    content: Content, encoders: Mapping[ContentKind, str | None], sources: Sources, field: str = "content.uri"
) -> Fault | None:
    """Return why a sample without a vector cannot be encoded; None if it can. field: of its URI."""
    kind = content.kind
    if encoder_name(kind, encoders) is None:
        fix = f"{_FIX}, or name an encoder in encoders.{kind} with POST /v1/projects"
        return Fault(
            NO_ENCODER, "embedding", f"embedding: missing, and the project has no encoder of kind {kind}", fix
        )
    return _uri_fault(content, sources, field) if kind == "image" else None


def _uri_fault(content: Content, sources: Sources, field: str) -> Fault | None:
    uri = content.uri or ""
    if media_type := other_type(content):
        detail = f"embedding: missing, and Shoal has no encoder of {media_type}"
        return Fault(NO_ENCODER, "embedding", detail, f"{_FIX}, or send an image or a text")
    if uri.startswith(URI_START):
        return None
    if refusal := sources.refusal(uri):
        fix = (
            f"{_FIX}, store the image with POST /v1/projects/{{project}}/media, send a signed https address of an "
            "object store, or let the operator name the host in SHOAL_MEDIA_HOSTS"
        )
        return Fault(NO_ENCODER, field, f"{field}: the embedding is missing, and the URI {refusal}", fix)
    return None
