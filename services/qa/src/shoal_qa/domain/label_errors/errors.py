"""Wrong labels, found from out-of-sample class probabilities.

A label counts as the vote of an annotator, and the out-of-sample answer of a classifier as its prior:

    p(truth = k | features, label l)  is proportional to  q[k]^s  x  confusion[a, k, l]

q is the classifier's probability, and s >= 2 its sharpness: a classifier trained on noisy labels spreads its
answer as the noise does, which the confusion matrix says already, and s (maximum likelihood of the labels)
reverses it. The confusion counts the classifier's best class against the label. It is shrunk as votes are,
and then drawn towards errors that go to all classes alike, since some of these counts are the classifier's
errors. A label is wrong with probability 1 - p(truth = label). If labels name their annotator, each annotator
has a confusion matrix.

Unlike ranking by self-confidence, this detects classes that are confused systematically, and gives a
probability instead of an order. It cannot detect noise that depends on the features, which a classifier
learns. Source: Northcutt, Jiang and Chuang, "Confident Learning", JAIR 70 (2021), for the confusion from
out-of-sample probabilities; Dawid and Skene (1979) for the rest.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.models.priors import Hierarchical
from shoal_qa.domain.votes.arrays import Floats, Ints

CHUNK = 50_000  # samples at a time
FEW = 5_000  # samples that suffice to estimate the sharpness
SHARPNESS = np.exp(np.linspace(np.log(2), np.log(6), 10))
ANYWHERE = 0.7  # weight of errors that go to all classes alike
PRIOR = Hierarchical(row=30.0, level=1e9)
"""The classifier errs too: its counts weigh less than votes and say little about the crowd on one class."""
TINY = 1e-9
SUM_TOLERANCE = 1e-2  # bfloat16 rounds by up to 0.4 %, float16 adds 0.005 in 100 classes


@dataclass(frozen=True, slots=True)
class LabelErrors:
    """The probabilities of errors. sharpness: s of the module; confusion: (annotators, truth, label)."""

    wrong: Floats  # (samples,): probability that the label is wrong
    suggestion: Ints  # (samples,): the most probable class, which may be the label
    sharpness: float
    confusion: Floats

    def ranked(self) -> NDArray[np.int64]:
        """Return the samples by falling probability of an error: (samples,)."""
        return np.argsort(-self.wrong, kind="stable")


def find_errors(
    labels: Ints, probabilities: NDArray[np.floating], annotator: Ints | None = None
) -> LabelErrors:
    """Return the probability that each label is wrong.

    labels: (samples,) in [0, classes). probabilities: (samples, classes), out of sample: by a classifier (or
    probe) that was not trained on the sample. annotator: (samples,), the author of each label, if known.
    Raises ValueError, with the first bad row, for other input.
    """
    check_probabilities(labels, probabilities)
    annotators = np.zeros(len(labels), np.int32) if annotator is None else annotator
    confusion = _estimate_confusion(labels, probabilities, annotators)
    likelihood = np.ascontiguousarray(confusion.transpose(0, 2, 1))  # [annotator, label] is one row
    few = slice(None, None, -(-len(labels) // FEW))
    sharpness = _fit_sharpness(
        probabilities[few].astype(np.float64) + TINY, likelihood[annotators[few], labels[few]]
    )
    wrong, suggestion = np.empty(len(labels)), np.empty(len(labels), np.int32)
    for start in range(0, len(labels), CHUNK):
        part = slice(start, start + CHUNK)
        joint = (probabilities[part].astype(np.float64) + TINY) ** sharpness * likelihood[
            annotators[part], labels[part]
        ]
        wrong[part], suggestion[part] = _share_outside(joint, labels[part]), joint.argmax(axis=1)
    return LabelErrors(wrong, suggestion, sharpness, confusion)


def _share_outside(joint: Floats, labels: Ints) -> Floats:
    """Return the share of each row outside its label: a sum, since 1 - share loses small differences."""
    own = joint[np.arange(len(joint)), labels].copy()
    joint[np.arange(len(joint)), labels] = 0
    rest = joint.sum(axis=1)
    joint[np.arange(len(joint)), labels] = own
    return np.asarray(rest / (rest + own))


def check_probabilities(labels: Ints, probabilities: NDArray[np.floating]) -> None:
    """Raise ValueError, with the first bad row, unless each label has one distribution over the classes."""
    if probabilities.ndim != 2 or len(probabilities) != len(labels):
        raise ValueError(
            f"{len(labels)} labels need probabilities of shape ({len(labels)}, classes), not {probabilities.shape}"
        )
    if not len(labels) or probabilities.shape[1] < 2:
        raise ValueError("label errors need at least one label and two classes")
    if labels.min() < 0 or labels.max() >= probabilities.shape[1]:
        row = int(np.flatnonzero((labels < 0) | (labels >= probabilities.shape[1]))[0])
        raise ValueError(f"row {row}: label {labels[row]} has no column among {probabilities.shape[1]}")
    sums = probabilities.sum(axis=1, dtype=np.float64)
    bad = ~(np.abs(sums - 1) <= SUM_TOLERANCE) | (probabilities.min(axis=1) < 0)
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise ValueError(f"row {row}: probabilities must be 0 or more and add up to 1, not {sums[row]:.4g}")


def _estimate_confusion(labels: Ints, probabilities: NDArray[np.floating], annotator: Ints) -> Floats:
    classes, annotators = probabilities.shape[1], int(annotator.max()) + 1
    cell = (annotator.astype(np.int64) * classes + probabilities.argmax(axis=1)) * classes + labels
    counts = np.bincount(cell, minlength=annotators * classes**2).astype(np.float64)
    learned = PRIOR.confusions(counts.reshape(annotators, classes, classes))[:-1]
    skill = np.diagonal(learned, axis1=1, axis2=2)[:, :, None]
    anywhere = np.where(np.eye(classes, dtype=np.bool_), skill, (1 - skill) / (classes - 1))
    return np.asarray(learned ** (1 - ANYWHERE) * anywhere**ANYWHERE)


def _fit_sharpness(probabilities: Floats, likelihood: Floats) -> float:
    """Return the s that maximises the likelihood of the labels.

    probabilities, likelihood: (samples, classes).
    """
    powers = (probabilities**s for s in SHARPNESS)
    fits = [np.log((power * likelihood).sum(axis=1) / power.sum(axis=1)).mean() for power in powers]
    return float(SHARPNESS[int(np.argmax(fits))])
