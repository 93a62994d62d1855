"""The content of a sample: the first one stands, and another one under the same source id is refused."""

from collections.abc import Iterable, Mapping
from hashlib import blake2b

from shoal.contracts.samples import SampleIngested
from shoal_ingest.usecases.media.uris import stored_sha256
from shoal_ingest.usecases.ports import SampleIds, SampleKey

OTHER_CONTENT = "other_content"
_DIGEST_BYTES = 16


def content_digest(event: SampleIngested) -> bytes:
    """Return a digest of the content. Equal contents of two samples have different digests."""
    content = event.content
    digest = blake2b(digest_size=_DIGEST_BYTES, key=event.sample_id.encode())
    for part in (content.text, content.uri, content.sha256, content.media_type):
        data = b"" if part is None else part.encode()
        digest.update(b"%d:" % (-1 if part is None else len(data)) + data)
    if content.turns or content.candidates:  # contents of other kinds have the digests of earlier releases
        talk = content.model_dump_json(include={"turns", "prompt", "candidates"})
        digest.update(talk.encode())
    return digest.digest()


def other_content_detail(event: SampleIngested) -> str:
    """Return what is wrong with another content of a sample."""
    return (
        f"{content_field(event)}: source {event.source!r} sent another content under source_id "
        f"{event.source_id!r} before, which stands"
    )


OTHER_CONTENT_FIX = "Give every datum its own source_id; to replace a datum, send it under a new one"


def content_field(event: SampleIngested) -> str:
    """Return the field that holds the content."""
    if event.content.text is not None:
        return "text"
    if event.content.kind == "image":
        return "image" if stored_sha256(event.content) else "content.uri"
    return "turns" if event.content.kind == "conversation" else "candidates"


async def standing_contents(
    sample_ids: SampleIds, proposed: Iterable[tuple[SampleKey, bytes]]
) -> tuple[Mapping[SampleKey, bytes], bool]:
    """Return the digest that stands for every sample, and whether it is on record.

    While PostgreSQL is unavailable, the first content of the batch stands.
    """
    first: dict[SampleKey, bytes] = {}
    for key, digest in proposed:
        first.setdefault(key, digest)
    standing = await sample_ids.claim(first) if first else {}
    return (first, False) if standing is None else (standing, True)
