"""What further votes could still make of a task: whether to buy one more, or to ask an expert."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from shoal_qa.domain.arrays import UNKNOWN, Floats, Ints, VoteArrays
from shoal_qa.domain.calibration import temper
from shoal_qa.domain.models.base import Fitted

Action = Literal["accept", "more", "review"]
FURTHER = 3  # votes that a task may still get


def hope(
    fitted: Fitted, votes: VoteArrays, label: Ints, temperature: float, further: int = FURTHER
) -> Floats:
    """Return each label's probability if `further` annotators not known yet all said the same: (tasks,).

    label: (tasks,), UNKNOWN where there is none, whose hope is 0. O(votes + tasks x further) time and memory.
    """
    asked = np.flatnonzero(label != UNKNOWN).astype(np.int32)
    coming = np.repeat(asked, further)
    agreeing = VoteArrays(
        np.concatenate([votes.task, coming]),
        np.concatenate([votes.annotator, np.full(len(coming), UNKNOWN, np.int32)]),
        np.concatenate([votes.label, label[coming]]),
        votes.tasks,
        votes.annotators,
        votes.classes,
    )
    out = np.zeros(votes.tasks)
    out[asked] = temper(fitted.log_posterior(agreeing), temperature)[asked, label[asked]]
    return out


def next_actions(label: Ints, accepted: NDArray[np.bool_], hoped: Floats, level: float) -> NDArray[np.str_]:
    """Return accept, more or review of each task: (tasks,).

    A task that is not accepted gets one more vote as long as agreeing votes could bring it to the level, or nobody
    has voted on it; else an expert has to look. hoped: (tasks,) of `hope`.
    """
    undecided = np.where((hoped >= level) | (label == UNKNOWN), "more", "review")
    return np.where(accepted, "accept", undecided)
