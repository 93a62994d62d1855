"""The answer that represents all answers of a job: the one with the least mean distance to the others."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.votes.arrays import Floats

_DIGITS = 9  # smaller differences of mean distances are ties


@dataclass(frozen=True, slots=True)
class Medoid:
    """The number of the answer, and the share of answers within the tolerance, itself among them."""

    member: int
    agreement: float


def find_medoid(distance: Floats, texts: Sequence[str], tolerance: float) -> Medoid:
    """Return the medoid of at least one answer; among equals the one with the least canonical text.

    distance: (answers, answers), symmetric, 0 on the diagonal. With distances 0 and 1 it is the most frequent
    answer.
    """
    sums = distance.sum(axis=1).round(_DIGITS)
    member = min(range(len(texts)), key=lambda index: (sums[index], texts[index]))
    return Medoid(member, float(np.mean(distance[member] <= tolerance)))
