"""Read a sample's image, and reduce it to what the encoder sees of it."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

from shoal.contracts.samples import Content
from shoal.media.store import URI_START, DamagedFile, MediaStore
from shoal.messaging.errors import outages_of
from shoal.pictures.decoding import BadPicture, open_bytes
from shoal.processors import usable_processors
from shoal_embedder.usecases.ports import Picture

if TYPE_CHECKING:
    from PIL import Image

_SHA256 = re.compile(r"[0-9a-f]{64}")
MOST_AT_ONCE = 32
"""Images that are read or decoded at one time."""
_OF_PROJECT = 8
"""Images of one project among them."""
T = TypeVar("T")


class PictureReader:
    """Reads images of the media store, of all projects. Decoding has one thread for each processor."""

    def __init__(self, store: MediaStore, *, most_pixels: int) -> None:
        self._store = store
        self._most_pixels = most_pixels
        self._turns: dict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(_OF_PROJECT))
        self._room = asyncio.Semaphore(MOST_AT_ONCE)
        self._threads = ThreadPoolExecutor(usable_processors(), thread_name_prefix="decoder")

    async def read(self, picture: Picture, reduce: "Callable[[Image.Image], T]") -> T:
        """Return what `reduce` makes of the image. Raises BadPicture with the reason, and Transient."""
        async with self._turns[picture.project], self._room:
            data = await self._bytes_of(picture.project, picture.content.uri or "")
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._reduce, picture.content, data, reduce)

    async def close(self) -> None:
        """Stop the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _bytes_of(self, project: str, uri: str) -> bytes:
        if not uri.startswith(URI_START):
            raise BadPicture(
                "is not in the media store: send the sample again, so that ingest reads its image"
            )
        sha256_hex = uri.removeprefix(URI_START)
        if not _SHA256.fullmatch(sha256_hex):
            raise BadPicture("no SHA-256 of an image follows media:")
        try:
            with outages_of("the media store"):
                data = await self._store.get(project, sha256_hex)
        except DamagedFile as error:
            raise BadPicture(str(error)) from None
        if data is None:
            raise BadPicture("the project's media store has no such image")
        return data

    def _reduce(self, content: Content, data: bytes, reduce: "Callable[[Image.Image], T]") -> T:
        if content.sha256 is not None and sha256(data).hexdigest() != content.sha256:
            raise BadPicture("has another content than content.sha256 says")
        with open_bytes(data, most_pixels=self._most_pixels) as image:
            return reduce(image)
