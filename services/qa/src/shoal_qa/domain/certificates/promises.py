"""The guarantee for labels that a project accepts: the part of a certificate that is stored from fit to fit.

A certificate near its limit appears and disappears with every few votes. It is therefore lost in two steps.
Without a threshold, no further labels are accepted. Labels accepted under the last threshold stay as long as
gold at that threshold is right in `target` of cases, and are withdrawn afterwards.
"""

from dataclasses import dataclass, replace

import numpy as np

from shoal_qa.domain.calibration.heldout_gold import HeldoutGold
from shoal_qa.domain.certificates.certificate import Certificate, certify
from shoal_qa.domain.votes.arrays import Floats

ROUNDING = 1e-6
"""Many tasks may lie just at the threshold; a stored fit, which is rounded, must not move them below it."""


@dataclass(frozen=True, slots=True)
class Target:
    """The target for accepted labels: right in `precision` of cases, guaranteed with `confidence`."""

    precision: float
    confidence: float = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A certificate without its curve. `held`: the threshold at which labels accepted earlier still stay."""

    target: float
    confidence: float
    threshold: float | None  # accept from this probability; None: accept nothing
    bound: float | None  # lower confidence bound of the precision of accepted labels
    gold: int
    accepted_gold: int
    coverage: float  # share of the jobs with votes that reach the threshold now
    more_gold: int | None  # estimate of the gold items missing; 0 if certified, None if none suffice
    held: float | None = None

    def meets(self, target: Target) -> bool:
        """Return whether this guarantee has the target of the current rule."""
        return (self.target, self.confidence) == (target.precision, target.confidence)


def promise(
    gold: HeldoutGold | None, scores: Floats, target: Target, before: Promise | None = None
) -> Promise:
    """Return the guarantee for jobs like these, including future ones.

    gold: by fits without its answers. scores: (n,), probabilities of the labels of the other jobs. before:
    the guarantee of the previous fit.
    """
    probability = gold.probability if gold else np.empty(0)
    right = gold.right if gold else np.empty(0, np.bool_)
    certificate = certify(
        probability, right, scores, target=target.precision, confidence=target.confidence, open_ended=True
    )
    if certificate.threshold is not None:
        certificate = replace(certificate, threshold=certificate.threshold - ROUNDING)
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
