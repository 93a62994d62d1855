"""The ports of images."""

from collections.abc import Collection, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shoal.contracts.samples import SampleReferenced
from shoal.messaging import OutgoingMessage
from shoal.pictures.decoding import BadPicture

MediaKey = tuple[str, str]
"""Project and SHA-256."""
MediaUse = tuple[str, str, str]
"""Project, sample id and SHA-256."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaFacts:
    """What an image is: media type, size in pixels as people see it, and bytes as they were received.

    perceptual_hash: 32 hexadecimal digits; None for images of one colour, and of earlier releases.
    """

    media_type: str
    width: int
    height: int
    bytes: int
    perceptual_hash: str | None = None


class MediaLedger(Protocol):
    """What the stored images are, and which samples use them."""

    async def note(self, project: str, sha256: str, facts: MediaFacts, remove_after: datetime) -> bool:
        """Store what an image is, before its file is written; return whether it is new.

        Without a sample that uses it, it is removed after that time.
        """

    async def facts(self, keys: Collection[MediaKey]) -> Mapping[MediaKey, MediaFacts]:
        """Return what images are, without those that are not stored."""

    async def use(self, uses: Collection[MediaUse]) -> Collection[MediaKey]:
        """Store that samples use images; return the images that are stored."""

    def unused(self, now: datetime) -> AbstractAsyncContextManager[MediaKey | None]:
        """Lock an image that no sample uses and whose time is over; its row goes when the block ends."""


class HostFault(BadPicture):
    """The host did not answer, or answered with its own error: the same image may be read later.

    wait_s: seconds for which the host is left alone; 0 if it was asked.
    """

    def __init__(self, reason: str, wait_s: float = 0.0) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


class ImageSource(Protocol):
    """Hosts of images outside Shoal."""

    async def fetch(self, project: str, uri: str) -> bytes:
        """Return the bytes at an address. Raises HostFault, and BadPicture with the reason."""

    async def close(self) -> None:
        """Close the connections."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A sample whose image is at an address: its event, and where its record is on its topic."""

    event: SampleReferenced
    event_id: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class Fetch:
    """An image to fetch. tries: how often it was begun, this time included."""

    reference: Reference
    tries: int
    arrived_at: datetime


class FetchQueue(Protocol):
    """The samples that wait for their image. Several processes may share one queue."""

    async def add(self, references: Collection[Reference], now: datetime) -> None:
        """Store samples; one that waits already, or that was erased, is left as it is."""

    async def claim(
        self, now: datetime, until: datetime, *, most: int, of_project: int, busy: Mapping[str, int]
    ) -> list[Fetch]:
        """Return at most `most` fetches that are due, and hide them from others until a time.

        They are divided among the projects, with at most `of_project` in hand for each. busy: how many of a
        project the caller has in hand.
        """

    async def image_of(self, project: str, sample_id: str) -> tuple[str, MediaFacts] | None:
        """Return SHA-256 and facts of the image that a sample has already."""

    async def finish(self, fetch: Fetch, sha256: str, message: OutgoingMessage) -> bool:
        """Store that the sample uses the image, and publish it, in one transaction.

        Return False if the sample was erased, or if another process has finished it.
        """

    async def postpone(self, fetch: Fetch, until: datetime, tries: int) -> None:
        """Let a fetch wait until a time, with this number of tries."""

    async def refuse(self, fetch: Fetch, letter: OutgoingMessage) -> bool:
        """End a fetch and publish its dead letter in one transaction; return False as `finish` does."""
