"""Signed addresses of images in the media store."""

from datetime import timedelta
from typing import Protocol

from shoal.pictures.crops import Corners

PREFIX = "media:"


class MediaAddresses(Protocol):
    """Addresses at which people see images of one project for a limited time."""

    def address(
        self,
        project: str,
        sha256: str,
        *,
        size: int = 0,
        lifetime: timedelta | None = None,
        crop: Corners | None = None,
    ) -> str | None:
        """Return the address of an image, or None if this service signs none.

        size: most pixels of the longer side; 0 for the image's own size. lifetime: how long at least the
        address is valid; None for the time that a person needs to load a page. crop: the part of the image
        that is shown, by default all of it.
        """
