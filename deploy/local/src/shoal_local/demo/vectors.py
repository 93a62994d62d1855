"""Sentence vectors for the desk's model, computed once with the embedder's encoder and cached on disk."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import numpy as np

from shoal_embedder.adapters.encoders.minilm import MiniLM
from shoal_local.demo.model import Vectors

_SLICE = 64


def vectors_of(
    texts: Sequence[str], *, models: Path, cache: Path, max_tokens: int, progress: Callable[[int], None]
) -> Vectors:
    """Return (n, 384) unit vectors. `progress` is called with the number of texts that were just encoded.

    models: folder of the encoder's file. cache: folder of vectors, one file per set of texts.
    """
    key = sha256("\0".join([str(max_tokens), *texts]).encode()).hexdigest()[:16]
    target = cache / f"vectors-{key}.npy"
    if target.exists():
        progress(len(texts))
        cached: Vectors = np.load(target)
        return cached
    vectors = _encode_texts(texts, MiniLM(models, max_tokens=max_tokens), progress)
    cache.mkdir(parents=True, exist_ok=True)
    partial = target.with_suffix(".partial.npy")
    np.save(partial, vectors)
    partial.replace(target)
    return vectors


def _encode_texts(texts: Sequence[str], model: MiniLM, progress: Callable[[int], None]) -> Vectors:
    def work(start: int) -> Vectors:
        rows = model.encode(texts[start : start + _SLICE])
        progress(len(rows))
        return rows

    with ThreadPoolExecutor(model.threads) as pool:
        return np.concatenate(list(pool.map(work, range(0, len(texts), _SLICE))))
