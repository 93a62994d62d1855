"""What labelled rows say about a model's uncertainty: does it point at its errors?"""

from dataclasses import dataclass

import numpy as np

from shoal_sampler.domain.models.probe import fit_probe, softmax
from shoal_sampler.domain.models.uncertainty import margin_uncertainty
from shoal_sampler.domain.vectors.rows import Floats, Indices, Vectors

FOLDS = 5
PRIOR, PRIOR_WEIGHT = 0.5, 5.0
"""What an uncertainty is worth before anything is known, and the errors (or hits) that weigh as much."""
MANY = 50.0  # errors (or hits) that speak as much for ambiguity as for ignorance
UNDECIDED = 1 / 3  # the ambiguity at which dense regions and outliers count alike (typicality.py)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why `auto` chose as it did.

    regime: "coverage" or "uncertainty". trust: in [0, 1], the share of the importance that follows the uncertainty.
    labelled: rows behind it. accuracy: of the probe on labelled rows that it had not seen (those rows were chosen, so
    that it speaks for them and not for production); NaN without any. detection: the area under the ROC curve with
    which its margin finds its errors there; NaN where there are none or nothing else. skill: in [0, 1], the part of
    a guesser's errors that the probe does not make there; what its opinion of two rows' likeness is worth. ambiguity:
    in [0, 1), how far errors are put down to rows whose labels nothing explains, and not to missing labels:
    e / (e + 50), e the smaller number of errors and hits. Errors that are still many when labels are many will stay.
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


def cross_fitted(vectors: Vectors, labels: Indices, classes: int, seed: int) -> Floats:
    """Return (m, c) logits of each labelled row, by a probe that was fitted without its fifth of the rows."""
    folds = np.random.default_rng(seed).permutation(len(labels)) % FOLDS
    logits = np.zeros((len(labels), classes), np.float32)
    for fold in range(FOLDS):
        inside = folds != fold
        if (~inside).any() and inside.any():
            logits[~inside] = fit_probe(vectors[inside], labels[inside], classes=classes).logits(
                vectors[~inside]
            )
    return logits


def weigh(vectors: Vectors, labels: Indices, classes: int, seed: int) -> Evidence:
    """Return how far uncertainty is to be trusted. vectors: (m, d) unit rows; labels: (m,) in [0, classes).

    trust = w 2 (2 A - 1) + (1 - w) / 2, between 0 and 1, with A the area under the ROC curve of the cross-fitted margin
    as a detector of errors, w = e / (e + 5), e the smaller number of errors and hits. A = 1/2, margins that say nothing
    about errors, ends in plain coverage, A = 3/4 in full trust; where there is little to judge by, half of each.
    """
    logits = cross_fitted(vectors, labels, classes, seed)
    wrong = logits.argmax(axis=1) != labels
    detection = area_under_roc(margin_uncertainty(softmax(logits)), wrong)
    few = min(int(wrong.sum()), int((~wrong).sum()))
    weight = few / (few + PRIOR_WEIGHT)
    seen = 2 * (2 * detection - 1) if few else PRIOR
    trust = float(np.clip(weight * seen + (1 - weight) * PRIOR, 0, 1))
    reason = (
        f"margins find the probe's errors with AUC {detection:.2f}" if few else "too few errors to judge by"
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
    """Return max(0, (accuracy - chance) / (1 - chance)), chance being that of two labels drawn at random to agree.

    As Cohen's kappa (1960) of a model whose class shares are those of the labels; 0 where there is one class only.
    """
    shares = np.unique(labels, return_counts=True)[1] / len(labels)
    chance = float((shares**2).sum())
    return max(0.0, (accuracy - chance) / (1 - chance)) if chance < 1 else 0.0


def area_under_roc(scores: Floats, positive: "np.typing.NDArray[np.bool_]") -> float:
    """Return the probability that a positive row scores above a negative one, ties half; NaN without both."""
    hits, misses = int(positive.sum()), int((~positive).sum())
    if not hits or not misses:
        return float("nan")
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts - 1) / 2  # mean rank of each value
    ranks = middle[inverse][positive].sum()
    return float((ranks - hits * (hits + 1) / 2) / (hits * misses))
