"""Log probabilities of very many classes, those that are nearly equal counted together.

Sums over all classes at many temperatures take most of the time of a calibration. Of a row with more than
MOST_CLASSES, the EXACT highest numbers count on their own, and BINS of equally many others by their mean, so
that the sum is exact to some 1e-4 of that of the others.
"""

from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.votes.arrays import Floats

MOST_CLASSES = 1000
EXACT, BINS = 64, 256


@dataclass(frozen=True, slots=True)
class BinnedRows:
    """logs: (rows, bins), log probabilities. log_count: (bins,), the log of how many classes have them."""

    logs: Floats
    log_count: Floats | None

    def at(self, temperature: Floats | float) -> Floats:
        """Return what sums to the same as all classes at a temperature, in logs: (rows, bins).

        temperature: one, or (rows, 1).
        """
        tempered = self.logs / temperature
        return tempered if self.log_count is None else np.asarray(tempered + self.log_count)


def binned_rows(logs: Floats) -> BinnedRows:
    """Return rows of log probabilities, (rows, classes), with fewer columns if they have very many."""
    classes = logs.shape[1]
    if classes <= MOST_CLASSES:
        return BinnedRows(logs, None)
    ranked = -np.sort(-logs, axis=1)
    start = np.append(np.arange(EXACT), np.linspace(EXACT, classes, BINS + 1).astype(np.int64)[:-1])
    count = np.diff(np.append(start, classes)).astype(np.float64)
    return BinnedRows(np.add.reduceat(ranked, start, axis=1) / count, np.log(count))
