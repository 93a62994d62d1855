"""Does a confidence of 0.9 mean that 9 of 10 are right? Measured on gold, in bins of confidence."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.statistics.intervals import clopper_pearson
from shoal_qa.domain.votes.arrays import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """One entry per bin that is not empty, by rising confidence: (bins,) each.

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

        Source: Naeini, Cooper and Hauskrecht, "Obtaining well calibrated probabilities using Bayesian binning", AAAI
        2015. 0 without answers; few answers show an error even if they are calibrated.
        """
        gaps = np.abs(self.accuracy - self.confidence)
        return float((self.count * gaps).sum() / max(int(self.count.sum()), 1))


def reliability(confidence: Floats, right: NDArray[np.bool_], bins: int = 10) -> Reliability:
    """Group answers by confidence and compare. confidence, right: (n,), of fits that were not told the answers.

    Bins have as many answers each, equal confidences together, so there are fewer where many are equal. Raises
    ValueError for confidences outside [0, 1], unequal lengths or fewer than one bin.
    """
    confidence = np.asarray(confidence, np.float64)
    if len(confidence) != len(right):
        raise ValueError(f"{len(confidence)} confidences and {len(right)} answers: needs one of each")
    if bins < 1:
        raise ValueError(f"needs at least one bin, not {bins}")
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
    """Return the bin of each by rank; equal confidences share the bin of the first of them."""
    first = np.searchsorted(np.sort(confidence), confidence, side="left")
    return first * bins // max(len(confidence), 1)
