"""A hash of what an image shows: that of a smaller, recompressed or brighter copy differs in a few bits only.

The signs of the lowest frequencies of a discrete cosine transform, as in Zauner, Implementation and
Benchmarking of Perceptual Image Hash Functions (2010), with 128 of them instead of 64.
"""

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from PIL import Image

HASH_BITS = 128
_SIDE = 32
_FLAT = 2.0  # grey levels of deviation: an image with less shows one colour, and its frequencies are noise


def perceptual_hash(image: "Image.Image") -> str | None:
    """Return 128 bits as 32 hexadecimal digits; None for an image of one colour.

    Bit i is whether the i-th lowest frequency of the image, shrunk to 32 x 32 levels of grey, is above the
    median of all 128. image: in RGB, as viewers show it.
    """
    from PIL import Image

    grey = image.resize((_SIDE, _SIDE), Image.Resampling.BOX).convert("L")
    levels: Any = np.asarray(grey, np.float64)
    if levels.std() < _FLAT:
        return None
    waves, order = _cosine_waves()
    lowest = (waves @ levels @ waves.T).ravel()[order]
    return np.packbits(lowest > np.median(lowest)).tobytes().hex()


@cache
def _cosine_waves() -> tuple[Any, Any]:
    """Return the waves, (32, 32), one a row, and where the lowest frequencies but the mean are, (128,)."""
    step = np.arange(_SIDE)
    waves = np.cos(np.pi * (2 * step[None] + 1) * step[:, None] / (2 * _SIDE))
    down, across = np.divmod(np.arange(_SIDE * _SIDE), _SIDE)
    return waves, np.lexsort((down, down + across))[1 : HASH_BITS + 1]
