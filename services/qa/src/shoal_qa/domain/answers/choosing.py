"""Choose the claims that an answer consists of, and the probability that all of it is right."""

from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.votes.arrays import Floats, Ints

LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Choice:
    """The claims of an answer, and the probability that they are right and all others wrong."""

    claims: Ints
    probability: float


def choose_alternatives(group: Ints, believed: Floats) -> Choice:
    """Choose at most one claim of each group: the most probable one, if it is likelier than none.

    group: (claims,), from 0 without gaps. believed: (claims,), the probability of each claim alone.
    """
    if not len(believed):
        return Choice(np.empty(0, np.int32), 1.0)
    best, share, total = _best_of_groups(group, believed)
    none = np.maximum(1 - total, 0)
    return Choice(best[share > none], _joint_probability(np.maximum(share, none)))


def choose_objects(present: Floats, group: Ints, believed: Floats) -> Choice:
    """Choose the objects that are more likely there with their most probable class than not there at all.

    present: (objects,), the probability that an object is there. group: (claims,), the object of each claim
    of a class, every object at least once. believed: (claims,), their probabilities if the object is there.
    """
    if not len(present):
        return Choice(np.empty(0, np.int32), 1.0)
    best, share, _ = _best_of_groups(group, believed)
    right, none = present * share, 1 - present
    return Choice(best[right > none], _joint_probability(np.maximum(right, none)))


def unseen_objects(recall: Floats, usual: float) -> float:
    """Return the expected number of true claims that none of the annotators made.

    recall: (annotators of the job,), the share of true claims that each makes. usual: true claims of a job on
    average. An object is missed by all with the product of their chances: misses are taken as independent.
    exp(-unseen) is the probability that nothing is missing, as the number of missed objects is Poisson's.
    """
    return float(usual * np.prod(1 - recall))


def _best_of_groups(group: Ints, believed: Floats) -> tuple[Ints, Floats, Floats]:
    """Return the best claim of each group, its share, and the sum of the group: (groups,) each."""
    groups = int(group.max()) + 1
    total = np.bincount(group, believed, groups)
    order = np.lexsort((-believed, group))
    best = order[np.searchsorted(group[order], np.arange(groups))]
    return best.astype(np.int32), believed[best] / np.maximum(total, 1), np.asarray(total)


def _joint_probability(values: Floats) -> float:
    """Return the probability that n parts of an answer are all right: their product to the power 1 / sqrt(n).

    They are not independent: most doubts about them are doubts about the same few people. Full dependence
    would give the geometric mean, power 1 / n. Half way between, in logarithms, the log loss of simulated
    crowds without gold is least for objects, and near its least for sets of classes.
    """
    logs = np.log(np.maximum(values, LEAST))
    return float(np.exp(logs.sum() / np.sqrt(max(1, len(logs)))))
