"""A model's predictions as one more voter, whose weight is learned like anybody's.

The model answers each task that it has a prediction for with its most probable class, as one of LEVELS annotators:
which one says how sure it was, in quantiles of its highest probability. What a model that says 0.9 is worth, and which
classes it mistakes, is then learned beside people: a model that is too sure of itself, or no better than chance, loses
its weight. Scores need not be calibrated; only their order counts.

The idea that a classifier is one more rater with a learned weight is CROWDLAB's: Goh, Tkachenko and Mueller, "CROWDLAB:
Supervised learning to infer consensus labels and quality scores for data with multiple annotators", 2022.
"""

import numpy as np

from shoal_qa.domain.votes.arrays import Floats, Ints, VoteArrays

LEVELS = 3
FEWEST = 20  # predictions of one level


def with_predictions(votes: VoteArrays, probabilities: Floats) -> VoteArrays:
    """Return the votes and, as further annotators after the others, the model's.

    probabilities: (tasks, classes), a row of NaN where the model has no prediction. Raises ValueError for another
    shape. O(votes + tasks x classes).
    """
    if probabilities.shape != (votes.tasks, votes.classes):
        raise ValueError(
            f"needs a row for each of {votes.tasks} tasks and a column for each of {votes.classes} classes, "
            f"not {probabilities.shape}"
        )
    task = np.flatnonzero(np.isfinite(probabilities).all(axis=1)).astype(np.int32)
    if not len(task):
        return votes
    predicted = probabilities[task]
    level = _confidence_levels(predicted.max(axis=1))
    return VoteArrays(
        task=np.concatenate([votes.task, task]),
        annotator=np.concatenate([votes.annotator, votes.annotators + level]),
        label=np.concatenate([votes.label, predicted.argmax(axis=1).astype(np.int32)]),
        tasks=votes.tasks,
        annotators=votes.annotators + int(level.max()) + 1,
        classes=votes.classes,
    )


def _confidence_levels(confidence: Floats) -> Ints:
    """Return how sure each prediction is, beside the others: (n,) in [0, LEVELS). Equal ones are equally sure."""
    levels = int(np.clip(len(confidence) // FEWEST, 1, LEVELS))
    edges = np.quantile(confidence, np.arange(1, levels) / levels)
    level = np.searchsorted(edges, confidence, side="right")
    return np.unique(level, return_inverse=True)[1].astype(np.int32)
