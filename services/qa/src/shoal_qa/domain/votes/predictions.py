"""A model's predictions as one more voter, with a learned weight.

The model votes for its most probable class on each task that it has a prediction for. It votes as one of
LEVELS annotators, by the quantile of its highest probability, so that its confidence counts as well. The
models of votes then learn what each level is worth and which classes it confuses, as they do for people: an
overconfident model, or one no better than chance, loses its weight. Scores need not be calibrated; only their
order counts.

Treating a classifier as one more rater with a learned weight comes from Goh, Tkachenko and Mueller,
"CROWDLAB: Supervised learning to infer consensus labels and quality scores for data with multiple
annotators", 2022.
"""

import numpy as np

from shoal_qa.domain.votes.arrays import Floats, Ints, VoteArrays

LEVELS = 3
FEWEST = 20  # predictions per level


def with_predictions(votes: VoteArrays, probabilities: Floats) -> VoteArrays:
    """Return the votes together with the model's, as further annotators after the others.

    probabilities: (tasks, classes), a row of NaN for a task without a prediction. Raises ValueError for
    another shape. O(votes + tasks x classes).
    """
    if probabilities.shape != (votes.tasks, votes.classes):
        raise ValueError(
            f"predictions need a row for each of {votes.tasks} tasks and a column for each of {votes.classes} "
            f"classes, not {probabilities.shape}"
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
    """Return the level of each confidence: (n,) in [0, LEVELS). Equal confidences share a level."""
    levels = int(np.clip(len(confidence) // FEWEST, 1, LEVELS))
    edges = np.quantile(confidence, np.arange(1, levels) / levels)
    level = np.searchsorted(edges, confidence, side="right")
    return np.unique(level, return_inverse=True)[1].astype(np.int32)
