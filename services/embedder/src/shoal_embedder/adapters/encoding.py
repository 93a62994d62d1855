"""An encoder for the event loop: it runs in threads and encodes a repeated text once."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from shoal.contracts.samples import Generation
from shoal.vectors import rows_to_bytes
from shoal_embedder import metrics
from shoal_embedder.adapters.encoders.named import Model
from shoal_embedder.usecases.ports import EncodedText


class ThreadedEncoder:
    """Splits a batch over threads, and caches the vectors of the last `remembered` texts by their hashes.

    Texts that repeat in production, that several projects share or that Kafka redelivers are not encoded
    again.
    """

    def __init__(self, model: Model, *, remembered: int = 50_000) -> None:
        self._model = model
        self._remembered = remembered
        self._vectors: OrderedDict[bytes, EncodedText] = OrderedDict()
        self._threads = ThreadPoolExecutor(model.threads, thread_name_prefix="encoder")
        self.generation = Generation(name=model.name, version=model.version, dimension=model.dimension)

    async def encode(self, texts: Sequence[str]) -> list[EncodedText]:
        """Return the vectors of texts, in order."""
        keys = [hashlib.blake2b(text.encode(), digest_size=16).digest() for text in texts]
        vectors = {key: self._vectors[key] for key in keys if key in self._vectors}
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in vectors}
        with metrics.ENCODING_SECONDS.time():
            vectors |= await self._encoded(new)
        metrics.TEXTS_ENCODED.labels("encoded").inc(len(new))
        metrics.TEXTS_ENCODED.labels("remembered").inc(len(texts) - len(new))
        self._remember(keys, vectors)
        return [vectors[key] for key in keys]

    def close(self) -> None:
        """Stop the threads."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _encoded(self, new: dict[bytes, str]) -> dict[bytes, EncodedText]:
        # Texts are dealt to the threads from the longest down, so that all end at about the same time.
        ordered = sorted(new, key=lambda key: -len(new[key]))
        hands = [
            hand for start in range(self._model.threads) if (hand := ordered[start :: self._model.threads])
        ]
        loop = asyncio.get_running_loop()
        parts = await asyncio.gather(
            *(
                loop.run_in_executor(self._threads, self._encoded_texts, [new[key] for key in hand])
                for hand in hands
            )
        )
        return {
            key: text
            for hand, texts in zip(hands, parts, strict=True)
            for key, text in zip(hand, texts, strict=True)
        }

    def _encoded_texts(self, texts: Sequence[str]) -> list[EncodedText]:
        vectors = rows_to_bytes(self._model.encode(texts))
        return list(map(EncodedText, vectors, self._model.are_readable(texts)))

    def _remember(self, keys: Sequence[bytes], vectors: dict[bytes, EncodedText]) -> None:
        for key in keys:
            self._vectors[key] = vectors[key]
            self._vectors.move_to_end(key)
        while len(self._vectors) > self._remembered:
            self._vectors.popitem(last=False)
