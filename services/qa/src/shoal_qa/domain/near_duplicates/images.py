"""Near-duplicate images, by the Hamming distance of their perceptual hashes.

Hashes are sorted from each of their bytes on, as Manku, Jain and Das Sarma (Detecting Near-Duplicates for Web
Crawling, 2007) do with tables: two hashes that differ in few bits agree in a long run of them, and stand
beside each other in the order that begins there.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.near_duplicates.partners import Partners

BITS = 128
MOST_BITS = 12
"""Bits in which hashes of near-duplicates differ at most.

Measured on 300 of the elpv photos of solar cells, which look much alike, and on 48 parts of two photos: of
copies in half the size, of 64 pixels, enlarged, or as JPEG of quality 90, nine in ten differ in 16 bits or
fewer, and most in 8 or fewer; of pairs of different photos, 1 in 4,000 differ in 12 or fewer.
"""
_BESIDE = 2  # images of each other split that an image is compared with, on either side, in each order

Hashes = NDArray[np.uint8]


def match_images(hashes: Hashes, splits: NDArray[np.uint8], partners: Partners) -> None:
    """Find a partner in each other split for images that have one.

    hashes: bytes, (n, 16). splits: code of each image's split, (n,).
    The time is that of sorting the hashes 16 times, however many of them are alike.
    """
    for byte in range(hashes.shape[1]):
        words = np.ascontiguousarray(np.roll(hashes, -byte, axis=1)).view(">u8")
        order = np.argsort(words[:, 0], kind="stable")
        ordered = words[order]
        for split in np.unique(splits):
            _match_beside(ordered, order, splits[order] == split, partners)


def hash_distance(ones: NDArray[Any], others: NDArray[Any]) -> NDArray[np.int64]:
    """Return the number of bits in which each pair of hashes differs, (n,). Both: words of bits, (n, w)."""
    return np.asarray(np.bitwise_count(ones ^ others).sum(axis=1, dtype=np.int64))


def _match_beside(
    ordered: NDArray[Any], order: NDArray[np.intp], inside: NDArray[np.bool_], partners: Partners
) -> None:
    """Compare the images of other splits with those of one split that are beside them in an order.

    ordered: hashes as words in that order, (n, 2).
    """
    members, rest = np.flatnonzero(inside), np.flatnonzero(~inside)
    next_member = np.cumsum(inside)[rest]
    for step in range(-_BESIDE, _BESIDE):
        beside = next_member + step
        exists = (beside >= 0) & (beside < len(members))
        ones, others = rest[exists], members[beside[exists]]
        distance = hash_distance(ordered[ones], ordered[others])
        near = distance <= MOST_BITS
        partners.note(order[ones[near]], order[others[near]], 1 - distance[near] / BITS)
