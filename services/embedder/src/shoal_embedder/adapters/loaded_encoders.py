"""The encoders in memory: one is loaded when the first sample needs it, as a stack may never see an image."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from shoal_embedder.adapters.encoders import find_encoder
from shoal_embedder.adapters.encoders.named import EncoderOptions, Item, Model, NamedEncoder
from shoal_embedder.adapters.encoding import ThreadedEncoder
from shoal_embedder.adapters.pictures.encoding import PictureEncoder
from shoal_embedder.adapters.pictures.reading import PictureReader

E = TypeVar("E", ThreadedEncoder, PictureEncoder)


class LoadedEncoders:
    """Loads every encoder once.

    remembered: texts whose vectors are kept in memory. reader: reads the images.
    """

    def __init__(
        self, default_text: str, options: EncoderOptions, *, remembered: int, reader: PictureReader
    ) -> None:
        self.default_text = default_text
        self._options = options
        self._remembered = remembered
        self._reader = reader
        self._loading = asyncio.Lock()
        self._texts: dict[str, ThreadedEncoder] = {}
        self._images: dict[str, PictureEncoder] = {}

    async def of_texts(self, name: str) -> ThreadedEncoder:
        """Return an encoder of texts. Raises KeyError."""

        def make(_: NamedEncoder, model: Model) -> ThreadedEncoder:
            return ThreadedEncoder(model, remembered=self._remembered)

        return await self._load(name, "texts", self._texts, make)

    async def of_images(self, name: str) -> PictureEncoder:
        """Return an encoder of images. Raises KeyError."""

        def make(entry: NamedEncoder, model: Model) -> PictureEncoder:
            return PictureEncoder(model, entry.reduce or (lambda image: image), self._reader)

        return await self._load(name, "images", self._images, make)

    async def close(self) -> None:
        """Stop all threads and close the connections."""
        for texts in self._texts.values():
            texts.close()
        for images in self._images.values():
            images.close()
        await self._reader.close()

    async def _load(
        self, name: str, item: Item, loaded: dict[str, E], make: Callable[[NamedEncoder, Model], E]
    ) -> E:
        if name not in loaded:
            async with self._loading:
                if name not in loaded:
                    entry = find_encoder(name, item)
                    loaded[name] = make(entry, await asyncio.to_thread(entry.load, self._options))
        return loaded[name]
