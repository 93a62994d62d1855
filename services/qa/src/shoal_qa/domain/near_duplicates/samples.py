"""Near-duplicates across splits, among all samples of a version."""

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.near_duplicates.images import BITS, match_images
from shoal_qa.domain.near_duplicates.partners import Partners
from shoal_qa.domain.near_duplicates.texts import HASHES, has_words, match_texts, text_signature

Match = Callable[[NDArray[np.uint8], NDArray[np.uint8], Partners], None]


@dataclass(frozen=True, slots=True)
class ShownSample:
    """A sample.

    text: its words, or of an image what names its bytes. perceptual_hash: of an image, 32 hexadecimal digits.
    """

    sample: str
    split: str
    text: str
    perceptual_hash: str | None = None


@dataclass(frozen=True, slots=True)
class DuplicatePair:
    """Two samples of different splits, and the estimated similarity of their contents."""

    samples: tuple[str, str]
    splits: tuple[str, str]
    similarity: float


@dataclass(frozen=True, slots=True)
class Duplicates:
    """samples: number of those that resemble one of another split. examples: the first pairs."""

    samples: int
    examples: list[DuplicatePair]


class _Rows:
    """Fixed-size bytes of some of the samples, with the number of each sample."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._numbers = array("I")
        self._bytes = bytearray()

    def add(self, number: int, data: bytes) -> None:
        self._numbers.append(number)
        self._bytes += data

    def match(self, codes: NDArray[np.uint8], match: Match, splits: int) -> list[Any]:
        """Return numbers of samples, of their partners, and similarities."""
        if not self._numbers:
            return []
        numbers = np.frombuffer(self._numbers, np.uint32)
        values = np.frombuffer(self._bytes, np.uint8).reshape(-1, self._width)
        partners = Partners(codes[numbers], splits)
        match(values, codes[numbers], partners)
        ones, others, similarity = partners.matches()
        return [(numbers[ones], numbers[others], similarity)]


class SplitDuplicates:
    """Collects samples and finds near-duplicates across splits; keeps about 150 bytes of each sample."""

    def __init__(self) -> None:
        self._names, self._ends = bytearray(), array("Q", [0])
        self._splits: dict[str, int] = {}
        self._codes = bytearray()
        self._texts, self._images = _Rows(HASHES), _Rows(BITS // 8)

    def add(self, samples: Iterable[ShownSample]) -> None:
        """Add samples. At most 255 splits."""
        for shown in samples:
            number = len(self._codes)
            self._names += shown.sample.encode("utf-8", "surrogatepass")
            self._ends.append(len(self._names))
            self._codes.append(self._splits.setdefault(shown.split, len(self._splits)))
            if has_words(shown.text):
                self._texts.add(number, text_signature(shown.text).tobytes())
            if shown.perceptual_hash is not None:
                self._images.add(number, bytes.fromhex(shown.perceptual_hash))

    def find(self, examples: int) -> Duplicates:
        """Return how many samples resemble one of another split, and the first `examples` pairs."""
        codes, splits = np.frombuffer(self._codes, np.uint8), len(self._splits)
        matches = self._texts.match(codes, match_texts, splits) + self._images.match(
            codes, match_images, splits
        )
        if not matches:
            return Duplicates(0, [])
        ones, others, similarity = (np.concatenate(columns) for columns in zip(*matches, strict=True))
        first = np.lexsort((codes[others], ones))
        keys = ones[first].astype(np.int64) * splits + codes[others[first]]
        first = first[np.r_[True, np.diff(keys) != 0][: len(keys)]][:examples]
        pairs = zip(ones[first].tolist(), others[first].tolist(), similarity[first].tolist(), strict=True)
        return Duplicates(len(np.unique(ones)), [self._pair(*pair) for pair in pairs])

    def _pair(self, one: int, other: int, similarity: float) -> DuplicatePair:
        names = list(self._splits)
        splits = (names[self._codes[one]], names[self._codes[other]])
        return DuplicatePair((self._name(one), self._name(other)), splits, similarity)

    def _name(self, number: int) -> str:
        return bytes(self._names[self._ends[number] : self._ends[number + 1]]).decode(
            "utf-8", "surrogatepass"
        )
