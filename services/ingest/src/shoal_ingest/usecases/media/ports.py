"""The ports of images."""

from collections.abc import Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

MediaKey = tuple[str, str]
"""Project and SHA-256."""


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """What an image is: media type, size in pixels as people see it, and bytes as they were received."""

    media_type: str
    width: int
    height: int
    bytes: int


class MediaLedger(Protocol):
    """What the stored images are, and which samples use them."""

    async def note(self, project: str, sha256: str, facts: MediaFacts, remove_after: datetime) -> bool:
        """Store what an image is, before its file is written; return whether it is new.

        Without a sample that uses it, it is removed after that time.
        """

    async def facts(self, keys: Collection[MediaKey]) -> Mapping[MediaKey, MediaFacts]:
        """Return what images are, without those that are not stored."""

    async def use(self, uses: Collection[tuple[str, str, str]]) -> Collection[MediaKey]:
        """Store that samples use images: (project, sample id, SHA-256); return the images that are stored."""

    def unused(self, now: datetime) -> AbstractAsyncContextManager[MediaKey | None]:
        """Lock an image that no sample uses and whose time is over; its row goes when the block ends."""
