"""Contents whose image is in the media store, and contents whose image ingest reads first."""

import re

from shoal.contracts.samples import Content
from shoal.media.store import URI_START, media_uri
from shoal_ingest.usecases.media.ports import MediaFacts
from shoal_ingest.usecases.media.sources import Sources

_STORED = re.compile(re.escape(URI_START) + r"([0-9a-f]{64})")
_UNNAMED = frozenset({"", "text/plain", "application/octet-stream"})  # types that say nothing about a URI


def stored_sha256(content: Content) -> str | None:
    """Return the SHA-256 of an image in the media store; None for other contents and malformed URIs."""
    match = _STORED.fullmatch(content.uri or "")
    return match[1] if match else None


def stored_content(sha256: str, facts: MediaFacts) -> Content:
    """Return the content of a sample whose image is in the media store."""
    return Content(
        uri=media_uri(sha256),
        sha256=sha256,
        media_type=facts.media_type,
        width=facts.width,
        height=facts.height,
        bytes=facts.bytes,
        perceptual_hash=facts.perceptual_hash,
    )


def other_type(content: Content) -> str:
    """Return the media type that a producer named, if it is not that of an image; else an empty text."""
    media_type = content.media_type.partition(";")[0].strip().lower()
    return "" if media_type in _UNNAMED or media_type.startswith("image/") else media_type


def is_referenced(content: Content, sources: Sources) -> bool:
    """Return whether ingest reads the image of a sample from its address before it ingests the sample."""
    uri = content.uri or ""
    if content.kind != "image" or uri.startswith(URI_START) or other_type(content):
        return False
    return not sources.refusal(uri)
