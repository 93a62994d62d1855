"""Multiple choice: whether each class applies is a question of its own, with votes yes and no.

A set of classes named by an annotator becomes one vote for each class, on a task of its own with the classes no and
yes, so that every model of votes answers it. Annotators have their own skill for every class: who names everything is
weak evidence for a class and strong evidence against the classes left out.
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
    """Return yes and no votes on tasks numbered task x classes + class.

    task, annotator: (answers,). members: (answers, classes). skill_per_class: number annotators by annotator x classes +
    class, for a skill per class; else an annotator has one skill, better where votes are few.
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
    """Return p(class applies): (tasks, classes), from a model's answer to the votes of `split_choices`."""
    return np.exp(log_posterior[:, YES]).reshape(-1, classes)
