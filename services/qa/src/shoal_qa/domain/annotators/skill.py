"""Skill of each annotator, overall and per class: gold answers at full weight, peers' consensus at a discount.

Peers are not sure. Where they give the classes probabilities r[k], an annotator of skill q agrees with them in a sense,
r[label], that is expected to be

    q x sum of r[k]^2 + (1 - q) x (1 - sum of r[k]^2) / (classes - 1)

so skill is found by taking peers' doubt back out of the agreement, sums over votes X = q A + (1 - q) B, and an
interval of the agreement becomes one of the skill in the same way: wide where peers know little. On gold r is 0 or 1,
A counts the answers, B is 0, and what is left is the plain rate with Clopper and Pearson's interval.
"""

from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.annotators.evidence import DISCOUNT
from shoal_qa.domain.annotators.peers import Peers
from shoal_qa.domain.statistics.intervals import clopper_pearson as clopper_pearson_all
from shoal_qa.domain.votes.arrays import Floats

LEAST_KNOWN = 1e-9  # A - B under which votes say nothing about skill


@dataclass(frozen=True, slots=True)
class Skill:
    """Probabilities of a right answer, (annotators, classes) by the task's true class or (annotators,) overall.

    rate is shrunk by one right and one wrong answer. low, high: 95 % bounds, exact for gold, cautious for consensus.
    known: answers that it rests on, discounted, and for peers' doubt as well.
    """

    rate: Floats
    low: Floats
    high: Floats
    known: Floats


def skill(peers: Peers) -> Skill:
    """Return p(right) of each annotator over the tasks they had: (annotators,)."""
    weight, agreed, sure = _weights(peers), np.empty(len(peers.votes)), np.empty(len(peers.votes))
    for part, rest in peers.parts():
        agreed[part] = rest[np.arange(len(rest)), peers.votes.label[part]]
        sure[part] = (rest**2).sum(axis=1)
    doubt = (1 - sure) / max(peers.votes.classes - 1, 1)
    total = peers.total(weight)
    return _solve(
        peers.total(weight * agreed), total, peers.total(weight * sure), peers.total(weight * doubt)
    )


def skill_by_class(peers: Peers) -> Skill:
    """Return p(right | truth = class) of each annotator: (annotators, classes).

    Votes for the class on tasks of other classes are taken back by the fit's confusions of the annotator.
    """
    votes, weight = peers.votes, _weights(peers)
    sums = np.zeros((4, votes.annotators, votes.classes))
    for part, rest in peers.parts():
        annotator, label = votes.annotator[part], votes.label[part]
        weighted = rest * weight[part, None]
        for k in range(votes.classes):
            said = np.exp(peers.log_confusion[:, :, k])  # p(k | truth)
            said[:, k] = 0
            terms = (label == k, np.ones(len(rest)), rest[:, k], (rest * said[annotator]).sum(axis=1))
            for row, term in enumerate(terms):
                sums[row, :, k] += np.bincount(annotator, weighted[:, k] * term, votes.annotators)
    agreed, total, sure, doubt = sums
    return _solve(np.maximum(agreed - doubt, 0), total, sure, np.zeros_like(sure))


def _weights(peers: Peers) -> Floats:
    return np.where(peers.gold(), 1.0, DISCOUNT) * peers.judged()


def _solve(agreed: Floats, total: Floats, sure: Floats, doubt: Floats) -> Skill:
    """Return the skill at which agreement is expected to be what it is."""
    agreed = np.minimum(agreed, total)  # sums of the same numbers in another order
    known = np.maximum(sure - doubt, 0)
    says = known > LEAST_KNOWN
    divisor = np.where(says, known, 1)

    def skill_at(agreement: Floats) -> Floats:
        return np.clip((agreement - doubt) / divisor, 0, 1)

    low, high = clopper_pearson_all(agreed, total)
    low, high = np.where(says, skill_at(low * total), 0.0), np.where(says, skill_at(high * total), 1.0)
    rate = (np.where(says, skill_at(agreed), 0.5) * known + 1) / (known + 2)
    return Skill(rate, np.minimum(low, rate), np.maximum(high, rate), known)
