"""The partner that a sample has in each other split."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_NONE = -1


class Partners:
    """One partner for each of `count` rows and `splits` splits: the first one that is noted.

    codes: of the rows' own splits, (count,).
    """

    def __init__(self, codes: NDArray[np.uint8], splits: int) -> None:
        self._codes = codes
        self._partner = np.full((len(codes), splits), _NONE, np.int32)
        self._similarity = np.zeros((len(codes), splits), np.float32)

    def has_none(self, rows: NDArray[np.intp], split: Any) -> NDArray[np.bool_]:
        """Return whether each row has no partner in a split."""
        return np.asarray(self._partner[rows, split] == _NONE)

    def note(self, ones: NDArray[np.intp], others: NDArray[np.intp], similarity: NDArray[np.float64]) -> None:
        """Note that each of `others` is the partner of one of `ones`, which may have one already."""
        is_new = self.has_none(ones, self._codes[others])
        ones, others = ones[is_new], others[is_new]
        self._partner[ones, self._codes[others]] = others
        self._similarity[ones, self._codes[others]] = similarity[is_new]

    def matches(self) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float32]]:
        """Return rows, their partners and similarities, in the order of rows and splits."""
        rows, splits = np.nonzero(self._partner != _NONE)
        return rows, self._partner[rows, splits].astype(np.intp), self._similarity[rows, splits]
