"""Show images to people: what a signed address opens, made from the stored image and kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shoal.media.addresses import (
    BadAddress,
    ExpiredAddress,
    MediaAddress,
    media_url,
    read_address,
    sign_address,
)
from shoal.media.sizes import OWN_SIZE, smaller_size, stored_size
from shoal.media.store import DamagedFile, MediaStore
from shoal.pictures.decoding import BadPicture
from shoal.pictures.showing import PictureLimits, shown_picture, shown_type
from shoal_ingest import metrics
from shoal_ingest.usecases.media.work import PictureWork

THUMBNAIL = 320


class NoPicture(LookupError):
    """The image was erased or never stored, or its file is damaged."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that people see. seconds: time until its address expires."""

    data: bytes
    media_type: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Links:
    """Signed addresses of an image in its own size and as a thumbnail."""

    url: str
    thumbnail: str


class SignLinks:
    """Signs addresses. key: None in an installation that shows no images."""

    def __init__(self, key: str | None, public_url: str, clock: Callable[[], datetime]) -> None:
        self._key = key
        self._public_url = public_url
        self._clock = clock

    def __call__(self, project: str, sha256: str) -> Links | None:
        """Return the addresses of an image; None without a key."""
        if self._key is None:
            return None
        now = self._clock()
        url, thumbnail = (
            media_url(self._public_url, sign_address(self._key, project, sha256, size=size, now=now))
            for size in (OWN_SIZE, THUMBNAIL)
        )
        return Links(url, thumbnail)


class ShowMedia:
    """Reads signed addresses and returns pictures; each size of an image is made once."""

    def __init__(
        self,
        *,
        keys: Sequence[str],
        store: MediaStore,
        work: PictureWork,
        limits: PictureLimits,
        clock: Callable[[], datetime],
    ) -> None:
        self._keys = keys
        self._store = store
        self._work = work
        self._limits = limits
        self._clock = clock

    async def __call__(self, token: str, size: int = OWN_SIZE) -> Picture:
        """Return the picture of a token, in the token's size or a smaller one.

        Raises BadAddress, ExpiredAddress and NoPicture.
        """
        address, now = self._open(token), self._clock()
        stored = stored_size(smaller_size(address.size, size))
        result = "stored"
        # The picture of a crop is not stored: each is shown to a few people, whose browsers keep it.
        if address.crop is not None:
            data = None
        else:
            data = await self._store.get_shown(address.project, address.sha256, stored)
        if data is None:
            data, result = await self._make(address, stored), "made"
        metrics.PICTURES.labels(result).inc()
        metrics.PICTURE_BYTES.labels(address.project).inc(len(data))
        return Picture(data, shown_type(data), int((address.expires - now).total_seconds()))

    def _open(self, token: str) -> MediaAddress:
        try:
            return read_address(self._keys, token, self._clock())
        except ExpiredAddress:
            metrics.PICTURES.labels("expired").inc()
            raise
        except BadAddress:
            metrics.PICTURES.labels("not_signed").inc()
            raise

    async def _make(self, address: MediaAddress, size: int) -> bytes:
        """Make and store a picture. Raises NoPicture."""
        project, sha256 = address.project, address.sha256
        try:
            original = await self._store.get(project, sha256)
            if original is None:
                raise NoPicture(sha256)
            data = await self._work.run(project, shown_picture, original, size, self._limits, address.crop)
        except (NoPicture, DamagedFile, BadPicture) as error:
            metrics.PICTURES.labels("missing" if isinstance(error, NoPicture) else "damaged").inc()
            raise NoPicture(sha256) from error
        if address.crop is not None:
            return data
        await self._store.put_shown(project, sha256, size, data)
        if await self._store.get(project, sha256) is None:  # erased meanwhile: no picture of it may stay
            await self._store.remove(project, sha256)
        return data
