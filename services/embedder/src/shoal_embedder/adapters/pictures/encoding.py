"""An encoder of images for the event loop: it encodes together what is ready, in a thread."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

from shoal.contracts.samples import Generation
from shoal.pictures.decoding import BadPicture
from shoal.progress import note_progress
from shoal.vectors import rows_to_bytes
from shoal_embedder import metrics
from shoal_embedder.adapters.encoders.named import Model
from shoal_embedder.adapters.pictures.cutting import cut_picture
from shoal_embedder.adapters.pictures.reading import PictureReader
from shoal_embedder.adapters.pictures.turns import Turns
from shoal_embedder.usecases.ports import BoxedPicture, CroppedPicture, CropVector, Picture, Unreadable

if TYPE_CHECKING:
    from PIL import Image

MOST_TOGETHER = 32
"""Images that the model encodes at once."""
T = TypeVar("T")


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
        self._waiting: Turns[tuple[Image.Image, asyncio.Future[bytes]]] = Turns()
        self._encoding: asyncio.Task[None] | None = None
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="image-encoder")
        self.generation = Generation(name=model.name, version=model.version, dimension=model.dimension)

    async def encode(self, pictures: Sequence[Picture]) -> list[bytes | Unreadable]:
        """Return the images' vectors, or why there is none, in order. Raises Transient."""
        return await _gather_all(map(self._encode_one, pictures))

    async def encode_boxed(self, pictures: Sequence[BoxedPicture]) -> list[CroppedPicture | Unreadable]:
        """Return the vectors of images and of their crops; every image is read once. Raises Transient."""
        return await _gather_all(map(self._encode_crops, pictures))

    def close(self) -> None:
        """Stop the thread."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _encode_one(self, picture: Picture) -> bytes | Unreadable:
        image = await self._read(picture, self._small)
        return image if isinstance(image, Unreadable) else await self._vector_of(picture.project, image)

    async def _encode_crops(self, boxed: BoxedPicture) -> CroppedPicture | Unreadable:
        cut = await self._read(boxed.picture, lambda image: cut_picture(image, boxed, self._small))
        if isinstance(cut, Unreadable):
            return cut
        images = [image for _, _, image in cut.crops] + ([] if cut.whole is None else [cut.whole])
        vectors = await _gather_all([self._vector_of(boxed.picture.project, image) for image in images])
        return CroppedPicture(
            whole=None if cut.whole is None else vectors[-1],
            crops=[
                CropVector(box=box, area=area, vector=vector)
                for (box, area, _), vector in zip(cut.crops, vectors, strict=False)
            ],
            too_small=cut.too_small,
            above_limit=cut.above_limit,
        )

    def _small(self, image: "Image.Image") -> "Image.Image":
        return self._reduce(image).convert("RGB")

    async def _read(self, picture: Picture, reduce: "Callable[[Image.Image], T]") -> T | Unreadable:
        uri = picture.content.uri or ""
        try:
            reduced = await self._reader.read(picture, reduce)
        except BadPicture as error:
            metrics.IMAGES_READ.labels("unreadable").inc()
            return Unreadable(f"content.uri: {uri[:200]}: {error}")
        finally:
            note_progress()
        metrics.IMAGES_READ.labels("encoded").inc()
        return reduced

    async def _vector_of(self, project: str, image: "Image.Image") -> bytes:
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting.add(project, (image, future))
        if self._encoding is None or self._encoding.done():
            self._encoding = asyncio.create_task(self._drain())
        return await future

    async def _drain(self) -> None:
        """Encode what waits, up to MOST_TOGETHER images at once, until nothing waits."""
        loop = asyncio.get_running_loop()
        while self._waiting:
            part = self._waiting.take(MOST_TOGETHER)
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


async def _gather_all(working: Iterable[Awaitable[T]]) -> list[T]:
    """Return all results, in order. Raises the first error once nothing works any more."""
    outcomes = await asyncio.gather(*working, return_exceptions=True)
    results: list[T] = []
    for outcome in outcomes:
        if isinstance(outcome, BaseException):
            raise outcome
        results.append(outcome)
    return results
