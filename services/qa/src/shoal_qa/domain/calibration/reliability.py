"""Reliability: whether labels with confidence 0.9 are right in 9 of 10 cases. Measured on gold, in bins."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.statistics.intervals import clopper_pearson
from shoal_qa.domain.votes.arrays import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """One entry per non-empty bin, by rising confidence: (bins,) each.

    Calibrated confidences have `confidence` inside [low, high] in about 95 % of bins.
    """

    confidence: Floats  # mean of the bin
    accuracy: Floats
    low: Floats  # 95 % Clopper-Pearson interval of accuracy
    high: Floats
    count: NDArray[np.int64]

    @property
    def error(self) -> float:
        """Return the expected calibration error: sum over bins of count |accuracy - confidence| / all.

        0 without answers. Few answers have an error above 0 even if they are calibrated. Source: Naeini,
        Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", AAAI 2015.
        """
        gaps = np.abs(self.accuracy - self.confidence)
        return float((self.count * gaps).sum() / max(int(self.count.sum()), 1))


def reliability(confidence: Floats, right: NDArray[np.bool_], bins: int = 10) -> Reliability:
    """Group answers by confidence, and compare with their accuracy.

    confidence, right: (n,), by fits without these answers. Bins have equally many answers. Equal confidences
    share a bin, so there are fewer bins if many are equal. Raises ValueError for confidences outside [0, 1],
    unequal lengths or fewer than one bin.
    """
    confidence = np.asarray(confidence, np.float64)
    if len(confidence) != len(right):
        raise ValueError(f"{len(confidence)} confidences and {len(right)} answers: needs as many of both")
    if bins < 1:
        raise ValueError(f"bins must be at least 1, not {bins}")
    if not ((confidence >= 0) & (confidence <= 1)).all():
        raise ValueError("confidence must lie between 0 and 1")
    bin_number = _bin_numbers(confidence, bins)
    _, group, count = np.unique(bin_number, return_inverse=True, return_counts=True)
    rights = np.bincount(group, weights=right, minlength=len(count))
    low, high = clopper_pearson(rights, count)
    mean = np.bincount(group, weights=confidence, minlength=len(count)) / count
    return Reliability(
        confidence=mean, accuracy=rights / count, low=low, high=high, count=count.astype(np.int64)
    )


def _bin_numbers(confidence: Floats, bins: int) -> NDArray[np.int64]:
    """Return the bin of each answer by rank: (n,). Equal confidences share the bin of their first rank."""
    first = np.searchsorted(np.sort(confidence), confidence, side="left")
    return first * bins // max(len(confidence), 1)
