"""Signed addresses of images, which ingest serves."""

from datetime import timedelta

from shoal.media.addresses import LONGEST_S, media_url, sign_address
from shoal.pictures.crops import Corners
from shoal_gateway.usecases.ports import Clock

SHORTEST_S = LONGEST_S - 300  # addresses end in steps of 300 s


class SignedAddresses:
    """Signs with the key that ingest has too. Without a key or ingest's address there are no addresses."""

    def __init__(self, key: str | None, public_url: str, clock: Clock) -> None:
        self._key = key
        self._public_url = public_url
        self._clock = clock

    def address(
        self,
        project: str,
        sha256: str,
        *,
        size: int = 0,
        lifetime: timedelta | None = None,
        crop: Corners | None = None,
    ) -> str | None:
        """Return the address of an image, or None if this service signs none."""
        if not self._key or not self._public_url:
            return None
        # Valid at once, until SHORTEST_S to LONGEST_S after the moment for which it is signed.
        later = max(timedelta(), (lifetime or timedelta()) - timedelta(seconds=SHORTEST_S))
        token = sign_address(self._key, project, sha256, size=size, now=self._clock() + later, crop=crop)
        return media_url(self._public_url, token)
