"""An encoder of images for the event loop: it encodes together what is ready, in a thread."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from shoal.contracts.samples import Generation
from shoal.pictures.decoding import BadPicture
from shoal.progress import note_progress
from shoal.vectors import rows_to_bytes
from shoal_embedder import metrics
from shoal_embedder.adapters.encoders.named import Model
from shoal_embedder.adapters.pictures.reading import PictureReader
from shoal_embedder.usecases.ports import Picture, Unreadable

if TYPE_CHECKING:
    from PIL import Image

MOST_TOGETHER = 32
"""Images that the model encodes at once."""


class PictureEncoder:
    """Reads and encodes images; an image that cannot be read does not affect the others.

    reduce: returns what the model sees of an image.
    """

    def __init__(
        self, model: Model, reduce: "Callable[[Image.Image], Image.Image]", reader: PictureReader
    ) -> None:
        self._model = model
        self._reduce = reduce
        self._reader = reader
        self._waiting: list[tuple[Image.Image, asyncio.Future[bytes]]] = []
        self._encoding: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="image-encoder")
        self.generation = Generation(name=model.name, version=model.version, dimension=model.dimension)

    async def encode(self, pictures: Sequence[Picture]) -> list[bytes | Unreadable]:
        """Return the images' vectors, or why there is none, in order. Raises Transient."""
        outcomes = await asyncio.gather(*map(self._encode_one, pictures), return_exceptions=True)
        vectors: list[bytes | Unreadable] = []
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
            vectors.append(outcome)
        return vectors

    def close(self) -> None:
        """Stop the thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _encode_one(self, picture: Picture) -> bytes | Unreadable:
        uri = picture.content.uri or ""
        try:
            image = await self._reader.read(picture, self._reduce)
        except BadPicture as error:
            metrics.IMAGES_READ.labels("unreadable").inc()
            return Unreadable(f"content.uri: {uri[:200]}: {error}")
        finally:
            note_progress()
        metrics.IMAGES_READ.labels("encoded").inc()
        return await self._vector_of(image)

    async def _vector_of(self, image: "Image.Image") -> bytes:
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting.append((image, future))
        if self._encoding is None or self._encoding.done():
            self._encoding = asyncio.create_task(self._drain())
        return await future

    async def _drain(self) -> None:
        """Encode what waits, up to MOST_TOGETHER images at once, until nothing waits."""
        loop = asyncio.get_running_loop()
        while self._waiting:
            part, self._waiting = self._waiting[:MOST_TOGETHER], self._waiting[MOST_TOGETHER:]
            images = [image for image, _ in part]
            try:
                with metrics.IMAGE_ENCODING_SECONDS.time():
                    vectors = await loop.run_in_executor(self._thread, self._model.encode, images)
            except Exception as error:  # every waiting image gets it; the messaging layer decides on it
                for _, future in part:
                    if not future.done():
                        future.set_exception(error)
                continue
            for (_, future), vector in zip(part, rows_to_bytes(vectors), strict=True):
                if not future.done():
                    future.set_result(vector)
