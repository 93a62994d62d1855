"""Random draws from a keyed hash: every replica and every replay gets the same draw."""

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

_SCALE = 2.0**-53


def keyed_draw(salt: bytes, purpose: str, key: str) -> float:
    """Return a number in [0, 1), uniform over `key` to anyone without `salt`.

    Keyed BLAKE2b (RFC 7693) over the purpose and the key; draws for two purposes are independent. salt: 1 to
    64 secret bytes.
    """
    message = f"{len(purpose)}:{purpose}|{key}".encode()
    digest = blake2b(message, key=salt, digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) * _SCALE


def keyed_draws(salt: bytes, purpose: str, keys: Sequence[str]) -> npt.NDArray[np.float64]:
    """Return `keyed_draw` of every key, (n,)."""
    return np.array([keyed_draw(salt, purpose, key) for key in keys], dtype=np.float64)
