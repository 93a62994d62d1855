"""Free text: the answer that is closest to all others, weighted by skill.

The medoid for the edit distance relative to length. It is always one of the answers, never a mixture, and one
outlier among three cannot win. Equal answers are compared once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.agreement.distances import relative_distance
from shoal_qa.domain.votes.arrays import Floats


@dataclass(frozen=True, slots=True)
class Text:
    """The consensus. member: number of the answer; agreement: 1 - weighted mean distance to the others."""

    member: int
    agreement: float


def merge_texts(texts: Sequence[str], weight: Floats) -> Text:
    """Return the consensus of one task, the first answer among equals. weight: (answers,), above 0.

    Raises ValueError without answers or for another number of weights.
    """
    if not len(texts) or len(texts) != len(weight):
        raise ValueError("a consensus needs at least one answer, and one weight per answer")
    different = list(dict.fromkeys(texts))
    number = {text: index for index, text in enumerate(different)}
    code = np.array([number[text] for text in texts])
    mass = np.bincount(code, weight)
    distance = np.zeros((len(different), len(different)))
    for i, one in enumerate(different):
        for j in range(i):
            distance[i, j] = distance[j, i] = relative_distance(one, different[j])
    best = int((distance @ mass).argmin())
    first = int(np.flatnonzero(code == best)[0])
    others = float(mass.sum() - weight[first])
    return Text(first, 1 - float(distance[best] @ mass) / others if others > 0 else 1.0)
