"""Out-of-sample class probabilities from embeddings alone: a ridge probe with exact leave-one-out answers.

Ridge regression of one-hot labels on standardised features X has the hat matrix H = 1/n + X (X'X + c I)^-1
X'. The prediction for sample i by a fit without i needs no refit:

    y[i] - (y[i] - yhat[i]) / (1 - H[i, i])

so one eigendecomposition of X'X serves every sample, every class and every candidate penalty c. Scores become
probabilities by a softmax whose sharpness maximises the likelihood of the labels, out of sample as well.
Source: Allen, "The relationship between variable selection and data augmentation and a method for
prediction", Technometrics 16 (1974); Golub, Heath and Wahba, Technometrics 21 (1979).

Near copies of a sample confirm its label, right or wrong: remove them first.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.votes.arrays import Floats, Ints
from shoal_qa.domain.votes.scatter import log_normalise

CHUNK = 20_000  # samples at a time
PENALTIES = np.logspace(-6, 0.5, 14)  # in units of the largest eigenvalue of X'X
SHARPNESS = np.exp(np.linspace(0, 4, 30))
SMALLEST_REST = 1e-6  # of 1 - H[i, i], near 0 if no other sample has the direction of sample i
FLATTEST = 1e-2  # of the largest spread of a column: flatter columns are scaled as if they had this one


@dataclass(frozen=True, slots=True, kw_only=True)
class _Probe:
    """The part of the fit that all samples share: X = (features - mean) @ turn, with orthogonal columns."""

    mean: Floats  # (columns,)
    turn: Floats  # (columns, columns)
    eigenvalues: Floats  # (columns,)
    targets: Floats  # X'Y: (columns, classes)
    shares: Floats  # mean of Y: (classes,)
    samples: int

    def scores(self, features: NDArray[np.floating], labels: Ints, penalty: float) -> Floats:
        """Return leave-one-out scores of some samples: (rows, classes)."""
        turned = (features.astype(np.float64) - self.mean) @ self.turn
        shrink = 1 / (self.eigenvalues + penalty * self.eigenvalues[-1])
        targets = np.eye(len(self.shares))[labels]
        fitted = self.shares + turned @ (shrink[:, None] * self.targets)
        leverage = 1 / self.samples + turned**2 @ shrink
        rest = np.maximum(1 - leverage, SMALLEST_REST)
        return np.asarray(targets - (targets - fitted) / rest[:, None])


def leave_one_out(features: NDArray[np.floating], labels: Ints, classes: int) -> Floats:
    """Return p(label | features) of each sample, by a probe without the sample: (samples, classes).

    features: (samples, columns), finite. labels: (samples,) in [0, classes). O(n d^2 + d^3) time. Raises
    ValueError for fewer than three samples, a single label, or features that do not vary.
    """
    _check_inputs(features, labels, classes)
    probe = _prepare_probe(features, labels, classes)
    sample = slice(None, None, -(-len(labels) // CHUNK))
    few, few_labels = features[sample], labels[sample]
    truth = np.eye(classes)[few_labels]
    errors = [((probe.scores(few, few_labels, c) - truth) ** 2).sum() for c in PENALTIES]
    penalty = float(PENALTIES[int(np.argmin(errors))])
    sharpness = _fit_sharpness(probe.scores(few, few_labels, penalty), few_labels)
    out = np.empty((len(labels), classes))
    for start in range(0, len(labels), CHUNK):
        part = slice(start, start + CHUNK)
        out[part] = np.exp(log_normalise(sharpness * probe.scores(features[part], labels[part], penalty)))
    return out


def _check_inputs(features: NDArray[np.floating], labels: Ints, classes: int) -> None:
    if features.ndim != 2 or len(features) != len(labels):
        raise ValueError(
            f"{len(labels)} labels need features of shape ({len(labels)}, columns), not {features.shape}"
        )
    if len(labels) < 3 or (labels == labels[0]).all():
        raise ValueError("a probe needs three samples and two different labels")
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(f"labels must lie in [0, {classes})")


def _prepare_probe(features: NDArray[np.floating], labels: Ints, classes: int) -> _Probe:
    """Centre, scale and turn the features, in chunks: further memory is O(chunk x columns)."""
    samples, columns = features.shape
    mean = features.mean(axis=0, dtype=np.float64)
    gram, targets = np.zeros((columns, columns)), np.zeros((columns, classes))
    for start in range(0, samples, CHUNK):
        centred = features[start : start + CHUNK].astype(np.float64) - mean
        gram += centred.T @ centred
        targets += centred.T @ np.eye(classes)[labels[start : start + CHUNK]]
    spread = np.sqrt(np.diag(gram) / samples)
    if not np.isfinite(spread).all() or not spread.max() > 0:
        raise ValueError("features must be finite, and at least one column must vary")
    scale = 1 / np.maximum(spread, FLATTEST * spread.max())
    eigenvalues, turn = np.linalg.eigh(gram * scale[:, None] * scale)
    turn = scale[:, None] * turn
    shares = np.bincount(labels, minlength=classes) / samples
    return _Probe(
        mean=mean,
        turn=turn,
        eigenvalues=np.maximum(eigenvalues, 0),
        targets=turn.T @ targets,
        shares=shares,
        samples=samples,
    )


def _fit_sharpness(scores: Floats, labels: Ints) -> float:
    rows = np.arange(len(labels))
    fits = [log_normalise(b * scores)[rows, labels].mean() for b in SHARPNESS]
    return float(SHARPNESS[int(np.argmax(fits))])
