"""The images of inferences: stored if they are inline, looked up if they are stored, and noted as used."""

import asyncio
import base64
import binascii
from collections.abc import Callable, Collection, Sequence

from shoal.contracts.answers import MOST_PIXELS
from shoal.contracts.samples import SampleIngested
from shoal.media.store import URI_START
from shoal.pictures.decoding import BadPicture
from shoal_ingest.usecases.bodies.inference import MOST_INLINE, Inference
from shoal_ingest.usecases.bodies.items import Fault, Parsed
from shoal_ingest.usecases.media.keep import KeepMedia
from shoal_ingest.usecases.media.ports import MediaFacts, MediaKey, MediaLedger
from shoal_ingest.usecases.media.uris import stored_content, stored_sha256
from shoal_ingest.usecases.ports import SampleKey

MOST_IMAGES = 100
"""Inline images of one request: each may take a second to decode."""

UNKNOWN_MEDIA = Fault(
    "unknown_media",
    "image.uri",
    "image.uri: the project has no such image, or it was removed because no sample used it",
    "Store it with POST /v1/projects/{project}/media, and send the uri of its answer",
)
_TOO_MANY = Fault(
    "too_large",
    "image.base64",
    f"image.base64: the request has more than {MOST_IMAGES} inline images",
    "Send fewer in one request, or store them with POST /v1/projects/{project}/media",
)
_TOO_LONG = Fault(
    "media_unreadable",
    "image.uri",
    f"image.uri: the image has more than {MOST_PIXELS:,} pixels on one side",
    "Send a smaller image; docs/media.md has the limits",
)


class SampleImages:
    """Puts checked images in the place of what producers sent. A bad image costs its own inference only."""

    def __init__(self, keep_media: KeepMedia, ledger: MediaLedger) -> None:
        self._keep_media = keep_media
        self._ledger = ledger

    async def read(self, items: Sequence[Parsed], serves: Callable[[str], bool]) -> Sequence[Parsed]:
        """Return the items with their images in the media store, or with the fault of their image.

        serves: whether the caller may send to a project; images of others are not looked at.
        """
        served = {
            index: item
            for index, item in enumerate(items)
            if isinstance(item, Inference) and item.text is None and serves(item.project)
        }
        inline = [index for index, item in served.items() if item.image and item.image.base64 is not None]
        stored = [index for index, item in served.items() if _names_stored(item)]
        if not inline and not stored:
            return items
        result = list(items)
        for index, parsed in zip(
            inline[:MOST_IMAGES],
            await asyncio.gather(*(self._keep_inline(served[index]) for index in inline[:MOST_IMAGES])),
            strict=True,
        ):
            result[index] = parsed
        for index in inline[MOST_IMAGES:]:
            result[index] = _TOO_MANY
        facts = await self._facts([served[index] for index in stored])
        for index in stored:
            result[index] = _with_facts(served[index], facts)
        return result

    async def use(self, events: Sequence[SampleIngested]) -> Collection[SampleKey]:
        """Note which samples use which images; return the samples whose image is not there.

        This happens before the samples are published, so that no sample names an image that may be removed.
        """
        shas = {(event.project, event.sample_id): stored_sha256(event.content) for event in events}
        uses = [(*sample, sha256) for sample, sha256 in shas.items() if sha256 is not None]
        if not uses:
            return ()
        present = await self._ledger.use(uses)
        return {(project, sample) for project, sample, sha256 in uses if (project, sha256) not in present}

    async def _keep_inline(self, item: Inference) -> Parsed:
        assert item.image is not None
        assert item.image.base64 is not None
        try:
            data = base64.b64decode(item.image.base64, validate=True)
        except (binascii.Error, ValueError):
            return _image_fault("it is not base64")
        if len(data) > MOST_INLINE:
            return _image_fault(f"{len(data):,} bytes, more than {MOST_INLINE:,}")
        try:
            media = await self._keep_media(item.project, data)
        except BadPicture as error:
            return _image_fault(str(error))
        return item.with_datum(stored_content(media.sha256, media.facts))

    async def _facts(self, items: Sequence[Inference]) -> dict[MediaKey, MediaFacts]:
        keys = {(item.project, sha256) for item in items if (sha256 := stored_sha256(item.datum()))}
        return dict(await self._ledger.facts(keys)) if keys else {}


def _names_stored(item: Inference) -> bool:
    return (item.datum().uri or "").startswith(URI_START)


def _with_facts(item: Inference, facts: dict[MediaKey, MediaFacts]) -> Parsed:
    sha256 = stored_sha256(item.datum())
    media = None if sha256 is None else facts.get((item.project, sha256))
    if sha256 is None or media is None:
        return UNKNOWN_MEDIA
    if max(media.width, media.height) > MOST_PIXELS:  # stored by a release that accepted it
        return _TOO_LONG
    return item.with_datum(stored_content(sha256, media))


def _image_fault(reason: str) -> Fault:
    return Fault(
        "media_unreadable",
        "image.base64",
        f"image.base64: {reason}",
        "Send one image in base64; docs/media.md has formats and limits",
    )
