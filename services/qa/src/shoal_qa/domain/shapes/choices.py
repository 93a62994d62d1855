"""Multiple choice: one yes/no question per class.

An annotator's set of classes becomes one vote per class, on a separate task with the classes no and yes, so
that every model of votes applies. Skill is per annotator and class: the choice of an annotator who chooses
everything is weak evidence for a class and strong evidence against omitted classes.
"""

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.votes.arrays import Floats, Ints, VoteArrays

YES = 1


def split_choices(
    task: Ints,
    annotator: Ints,
    members: NDArray[np.bool_],
    *,
    tasks: int,
    annotators: int,
    skill_per_class: bool = True,
) -> VoteArrays:
    """Return yes/no votes on tasks numbered task x classes + class.

    task, annotator: (answers,). members: (answers, classes), true for chosen classes. skill_per_class: number
    annotators by annotator x classes + class, for a skill per class; otherwise an annotator has one skill,
    which suits few votes.
    """
    classes = members.shape[1]
    number = np.arange(classes, dtype=np.int32)
    votes_on = task[:, None] * classes + number
    voters = annotator[:, None] * (classes if skill_per_class else 1) + number * skill_per_class
    task_of, annotator_of, label = (column.astype(np.int32).ravel() for column in (votes_on, voters, members))
    people = annotators * classes if skill_per_class else annotators
    return VoteArrays(
        task=task_of,
        annotator=annotator_of,
        label=label,
        tasks=tasks * classes,
        annotators=people,
        classes=YES + 1,
    )


def class_probabilities(log_posterior: Floats, classes: int) -> Floats:
    """Return p(class applies), (tasks, classes), from a model's answer to the votes of `split_choices`."""
    return np.exp(log_posterior[:, YES]).reshape(-1, classes)
