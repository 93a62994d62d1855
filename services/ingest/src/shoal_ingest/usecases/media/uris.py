"""URIs of images in the media store."""

import re

from shoal.contracts.samples import Content
from shoal.media.store import URI_START

_STORED = re.compile(re.escape(URI_START) + r"([0-9a-f]{64})")


def stored_sha256(content: Content) -> str | None:
    """Return the SHA-256 of an image in the media store; None for other contents and malformed URIs."""
    match = _STORED.fullmatch(content.uri or "")
    return match[1] if match else None
