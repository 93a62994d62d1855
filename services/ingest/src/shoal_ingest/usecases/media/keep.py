"""Check and store images."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shoal.media.store import MediaStore, data_sha256
from shoal.pictures.decoding import BadPicture
from shoal.pictures.showing import PictureLimits, inspect_picture
from shoal_ingest import metrics
from shoal_ingest.usecases.media.ports import MediaFacts, MediaLedger
from shoal_ingest.usecases.media.work import PictureWork

UNUSED = timedelta(hours=24)
"""Time that a stored image waits for a sample that uses it."""


@dataclass(frozen=True, slots=True)
class KeptMedia:
    """A stored image. new: False if the project had it before."""

    sha256: str
    facts: MediaFacts
    new: bool


class KeepMedia:
    """Checks images and stores them by their SHA-256."""

    def __init__(
        self,
        *,
        ledger: MediaLedger,
        store: MediaStore,
        work: PictureWork,
        limits: PictureLimits,
        clock: Callable[[], datetime],
    ) -> None:
        self._ledger = ledger
        self._store = store
        self._work = work
        self._limits = limits
        self._clock = clock

    async def __call__(self, project: str, data: bytes) -> KeptMedia:
        """Store an image; sent twice, it is stored once. Raises BadPicture."""
        try:
            picture = await self._work.run(project, inspect_picture, data, self._limits)
        except BadPicture:
            metrics.MEDIA.labels(project, "unreadable").inc()
            raise
        facts = MediaFacts(
            media_type=picture.media_type,
            width=picture.width,
            height=picture.height,
            bytes=len(data),
            perceptual_hash=picture.perceptual_hash,
        )
        sha256 = data_sha256(data)
        # The row comes first: from then on no removal that has not begun can take the file away.
        new = await self._ledger.note(project, sha256, facts, self._clock() + UNUSED)
        await self._store.put(project, data)
        metrics.MEDIA.labels(project, "stored" if new else "repeated").inc()
        metrics.MEDIA_BYTES.labels(project).inc(len(data))
        return KeptMedia(sha256, facts, new)
