"""Evidence of labelled rows on a model's uncertainty: does it point at the model's errors?"""

from dataclasses import dataclass

import numpy as np

from shoal_sampler.domain.models.probe import fit_probe, row_softmax
from shoal_sampler.domain.models.uncertainty import margin_uncertainty
from shoal_sampler.domain.vectors.rows import Floats, Indices, Vectors

FOLDS = 5
PRIOR, PRIOR_WEIGHT = 0.5, 5.0
"""Trust in an uncertainty without evidence, and the number of errors (or hits) that weigh as much as this
prior.
"""
MANY = 50.0  # errors (or hits) that speak as much for ambiguity as for ignorance
UNDECIDED = 1 / 3  # the ambiguity at which dense regions and outliers count alike (typicality.py)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why `auto` chose as it did.

    regime: "coverage" or "uncertainty". trust: in [0, 1], the share of the importance that follows the
    uncertainty. labelled: number of labelled rows behind it. accuracy: of the probe on labelled rows held out
    from its fit; NaN without any. These rows were chosen, so it describes them and not production. detection:
    area under the ROC curve with which the probe's margin finds its errors on these rows; NaN without both
    errors and hits. skill: in [0, 1], the share of a guesser's errors that the probe avoids on these rows; it
    weighs the probe's opinion on the similarity of two rows. ambiguity: in [0, 1), the share of errors
    attributed to rows whose labels nothing explains, and not to missing labels: e / (e + 50), where e is the
    smaller number of errors and hits. Errors that are still many when labels are many will stay.
    """

    regime: str
    reason: str
    trust: float
    labelled: int = 0
    classes: int = 0
    accuracy: float = float("nan")
    detection: float = float("nan")
    skill: float = 0.0
    ambiguity: float = 0.0


def cross_fitted_logits(vectors: Vectors, labels: Indices, classes: int, seed: int) -> Floats:
    """Return (m, c) logits of each labelled row, from a probe fitted without its fifth of the rows."""
    folds = np.random.default_rng(seed).permutation(len(labels)) % FOLDS
    logits = np.zeros((len(labels), classes), np.float32)
    for fold in range(FOLDS):
        inside = folds != fold
        if (~inside).any() and inside.any():
            logits[~inside] = fit_probe(vectors[inside], labels[inside], classes=classes).logits(
                vectors[~inside]
            )
    return logits


def weigh_uncertainty(vectors: Vectors, labels: Indices, classes: int, seed: int) -> Evidence:
    """Return how far to trust the uncertainty. vectors: (m, d) unit rows; labels: (m,) in [0, classes).

    trust = w 2 (2 A - 1) + (1 - w) / 2, clipped to [0, 1]. A is the area under the ROC curve of the
    cross-fitted margin as a detector of errors; w = e / (e + 5), with e the smaller number of errors and
    hits. A = 1/2, where margins say nothing about errors, leads to plain coverage; A = 3/4 leads to full
    trust; little evidence leads to half of each.
    """
    logits = cross_fitted_logits(vectors, labels, classes, seed)
    wrong = logits.argmax(axis=1) != labels
    detection = area_under_roc(margin_uncertainty(row_softmax(logits)), wrong)
    few = min(int(wrong.sum()), int((~wrong).sum()))
    weight = few / (few + PRIOR_WEIGHT)
    measured_trust = 2 * (2 * detection - 1) if few else PRIOR
    trust = float(np.clip(weight * measured_trust + (1 - weight) * PRIOR, 0, 1))
    reason = (
        f"margins find the probe's errors with AUC {detection:.2f}"
        if few
        else "too few errors to judge its margins by"
    )
    return Evidence(
        regime="uncertainty",
        reason=reason,
        trust=trust,
        labelled=len(labels),
        classes=len(np.unique(labels)),
        accuracy=float(1 - wrong.mean()),
        detection=detection,
        skill=skill_of(float(1 - wrong.mean()), labels),
        ambiguity=few / (few + MANY),
    )


def skill_of(accuracy: float, labels: Indices) -> float:
    """Return max(0, (accuracy - chance) / (1 - chance)), chance being how often two random labels agree.

    This is Cohen's kappa (1960) of a model whose class shares are those of the labels; 0 if there is only one
    class.
    """
    shares = np.unique(labels, return_counts=True)[1] / len(labels)
    chance = float((shares**2).sum())
    return max(0.0, (accuracy - chance) / (1 - chance)) if chance < 1 else 0.0


def area_under_roc(scores: Floats, positive: "np.typing.NDArray[np.bool_]") -> float:
    """Return the probability that a positive row scores above a negative one; NaN without both.

    Ties count half.
    """
    hits, misses = int(positive.sum()), int((~positive).sum())
    if not hits or not misses:
        return float("nan")
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2  # mean rank of each value
    ranks = middle[inverse][positive].sum()
    return float((ranks - hits * (hits + 1) / 2) / (hits * misses))
