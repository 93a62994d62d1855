"""What is promised of labels that a project accepts: the part of a certificate that is kept, from fit to fit.

A certificate near its limit comes and goes with every few votes. So it is lost in two steps. Without a threshold
nothing more is accepted; labels that were accepted under the last threshold stay as long as gold at that threshold is
still right in `target` of cases, and are withdrawn when it is not.
"""

from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.calibration.heldout_gold import HeldoutGold
from shoal_qa.domain.certificates.certificate import Certificate, certify
from shoal_qa.domain.votes.arrays import Floats


@dataclass(frozen=True, slots=True)
class Target:
    """What accepted labels are to be: right in `precision` of cases, promised with `confidence`."""

    precision: float
    confidence: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A certificate without its curve, and `held`: the threshold under which labels accepted before still stay."""

    target: float
    confidence: float
    threshold: float | None  # accept where the probability is at least this; None: accept nothing
    bound: float | None  # lower confidence bound of the precision of what is accepted
    gold: int
    accepted_gold: int
    coverage: float  # share of the jobs with votes that reach the threshold now
    more_gold: int | None  # further gold items that would probably do; 0 if certified, None if none would
    held: float | None = None

    def meets(self, target: Target) -> bool:
        """Tell whether this is what is promised now: a rule may have changed since."""
        return (self.target, self.confidence) == (target.precision, target.confidence)


def promise(
    gold: HeldoutGold | None, scores: Floats, target: Target, before: Promise | None = None
) -> Promise:
    """Return what can be promised of jobs like these, also of those to come.

    gold: by fits that were not told its answers. scores: (n,), probabilities of the labels of the other jobs.
    before: the promise of the fit before.
    """
    probability = gold.probability if gold else np.empty(0)
    right = gold.right if gold else np.empty(0, np.bool_)
    certificate = certify(
        probability, right, scores, target=target.precision, confidence=target.confidence, open_ended=True
    )
    return _promise_from(certificate, _standing_threshold(certificate, gold, target, before))


def _standing_threshold(
    certificate: Certificate, gold: HeldoutGold | None, target: Target, before: Promise | None
) -> float | None:
    if certificate.threshold is not None:
        return certificate.threshold
    if before is None or before.held is None or not before.meets(target) or gold is None:
        return None
    above = gold.probability >= before.held
    still = bool(above.any()) and float(gold.right[above].mean()) >= target.precision
    return before.held if still else None


def _promise_from(certificate: Certificate, held: float | None) -> Promise:
    return Promise(
        target=certificate.target,
        confidence=certificate.confidence,
        threshold=certificate.threshold,
        bound=certificate.bound,
        gold=certificate.gold,
        accepted_gold=certificate.accepted_gold,
        coverage=certificate.coverage,
        more_gold=certificate.more_gold,
        held=held,
    )
