"""Near-duplicate texts, by MinHash (Broder, 1997) and banding (Leskovec et al., 2020).

Two texts are compared by the Jaccard similarity of their sets of three consecutive words. 64 hashes, of which
8 bits are kept (Li and Koenig, 2010), estimate it with a standard deviation of at most 0.063. Sixteen bands
of four hashes bring a pair of a similarity of 0.8 together with a probability above 0.999.
"""

import re
from hashlib import blake2b
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.near_duplicates.partners import Partners

SIMILAR = 0.8
"""Least estimated similarity of near-duplicates."""

HASHES, BANDS = 64, 16
_WORDS = 3  # of a shingle
_MOST_WORDS = 5000  # of a text; what follows is not compared
_WORD = re.compile(r"\w+")
_SHIFT, _LOW = np.uint64(32), np.uint64(0xFF)
_CHANCE = 1 / 256  # that 8 bits of different hashes are equal
_AT_ONCE = 1 << 16  # pairs

Signature = NDArray[np.uint8]


def has_words(text: str) -> bool:
    """Return whether a text has a word, and so a signature."""
    return _WORD.search(text) is not None


def text_signature(text: str) -> Signature:
    """Return 8 bits of the least hash of the text's shingles under each hash function, (HASHES,)."""
    words = _WORD.findall(text.casefold())[:_MOST_WORDS]
    shingles = {" ".join(words[index : index + _WORDS]) for index in range(max(1, len(words) - _WORDS + 1))}
    codes = np.array([crc32(shingle.encode("utf-8", "replace")) for shingle in shingles], np.uint64)
    hashed = (_FACTORS[:, None] * codes[None, :] + _OFFSETS[:, None]) >> _SHIFT
    least: Signature = (hashed.min(axis=1) & _LOW).astype(np.uint8)  # high bits of a least one are mostly 0
    return least


def estimate_similarity(ones: Signature, others: Signature) -> NDArray[np.float64]:
    """Return the estimated Jaccard similarity of each pair of texts, (n,). ones, others: (n, HASHES)."""
    equal = np.mean(ones == others, axis=1)
    return np.asarray(np.maximum(0, (equal - _CHANCE) / (1 - _CHANCE)))


def match_texts(signatures: Signature, splits: NDArray[np.uint8], partners: Partners) -> None:
    """Find a partner in each other split for texts that have one, if a band brings them together.

    Of the texts that a band brings together, each is compared with the first one of every other split, so the
    time is that of sorting each band. signatures: (n, HASHES). splits: code of each text's split, (n,).
    """
    for band in range(BANDS):
        width = HASHES // BANDS
        keys = np.ascontiguousarray(signatures[:, band * width : (band + 1) * width]).view(np.uint32).ravel()
        order = np.argsort(keys, kind="stable")
        groups = np.cumsum(np.r_[False, np.diff(keys[order]) != 0])
        for split in np.unique(splits):
            ones, others = _first_of_split(order, groups, splits, split)
            is_open = partners.has_none(ones, split)
            _compare_pairs(signatures, ones[is_open], others[is_open], partners)


def _first_of_split(
    order: NDArray[np.intp], groups: NDArray[np.intp], splits: NDArray[np.uint8], split: np.uint8
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the members of other splits, and the first member of `split` in the group of each of them."""
    inside = splits[order] == split
    firsts = np.full(groups[-1] + 1, -1, np.intp)
    members, their_groups = order[inside], groups[inside]
    firsts[their_groups[::-1]] = members[::-1]  # the last value that is written is that of the first member
    others = firsts[groups[~inside]]
    return order[~inside][others >= 0], others[others >= 0]


def _compare_pairs(
    signatures: Signature, ones: NDArray[np.intp], others: NDArray[np.intp], partners: Partners
) -> None:
    for start in range(0, len(ones), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        similarity = estimate_similarity(signatures[ones[part]], signatures[others[part]])
        similar = similarity >= SIMILAR
        partners.note(ones[part][similar], others[part][similar], similarity[similar])


def _draw_factors(name: str) -> NDArray[np.uint64]:
    """Return HASHES fixed numbers of 64 bits, the same ones on every machine."""
    draws = [blake2b(f"{name}|{index}".encode(), digest_size=8).digest() for index in range(HASHES)]
    return np.array([int.from_bytes(draw, "big") | 1 for draw in draws], np.uint64)


_FACTORS, _OFFSETS = _draw_factors("factor"), _draw_factors("offset")
