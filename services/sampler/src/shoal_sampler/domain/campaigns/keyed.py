"""Chance without a generator: a keyed hash gives every replica and every replay the same draw."""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

_SCALE = 2.0**-53


def draw(salt: bytes, purpose: str, key: str) -> float:
    """Return a number in [0, 1), uniform over `key` for whoever does not know `salt`.

    Keyed BLAKE2b (RFC 7693) over the purpose and the key; draws of two purposes are independent of each
    other. salt: 1 to 64 secret bytes.
    """
    message = f"{len(purpose)}:{purpose}|{key}".encode()
    digest = blake2b(message, key=salt, digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) * _SCALE


def draws(salt: bytes, purpose: str, keys: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return `draw` of each key, shape (n,)."""
    return np.array([draw(salt, purpose, key) for key in keys], dtype=np.float64)
