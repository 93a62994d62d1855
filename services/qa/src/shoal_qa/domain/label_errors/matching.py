"""Which objects of a label and which predictions mark the same thing."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from shoal_qa.domain.votes.arrays import Bools, Floats, Ints

NOTHING = -1
SAME = 0.5  # overlap of predictions of one thing, and of a label and a prediction of another class
NEAR = 0.2  # overlap of a badly placed label with the prediction of its class


@dataclass(frozen=True, slots=True, kw_only=True)
class Matches:
    """The things of one task: objects of its label in order, then things that only predictions mark.

    part: (things,), position of the object in the label, or NOTHING. guess: (things,), the best prediction,
    or NOTHING. distance: (things,), 1 - overlap of the two; NaN unless there are both. thing: (predictions,),
    the thing of each prediction, NOTHING for second boxes of a labelled object.
    """

    part: Ints
    guess: Ints
    distance: Floats
    thing: Ints


def match_objects(overlap: Floats, of_class: Ints, score: Floats) -> Matches:
    """Return the things of a task.

    overlap: (objects + predictions, objects + predictions), objects of the label first. of_class: of both.
    score: (predictions,).
    """
    size = len(of_class) - len(score)
    leader = lead_predictions(overlap[size:, size:], score)
    first = np.flatnonzero(leader == np.arange(len(score)))
    between = overlap[:size, size + first]
    same = of_class[:size, None] == of_class[size + first]
    rows, columns = pair_objects(between, same)
    free = np.ones(len(first), np.bool_)
    free[columns] = False
    extra = np.flatnonzero(free & ((between * same).max(axis=0, initial=0) < SAME))
    of_leader = np.full(len(score), NOTHING, np.int32)
    of_leader[first[columns]] = rows
    of_leader[first[extra]] = size + np.arange(len(extra))
    guess = np.full(size + len(extra), NOTHING, np.int32)
    guess[rows], guess[size:] = first[columns], first[extra]
    distance = np.full(len(guess), np.nan)
    distance[rows] = 1 - between[rows, columns]
    part = np.append(np.arange(size), np.full(len(extra), NOTHING)).astype(np.int32)
    return Matches(part=part, guess=guess, distance=distance, thing=of_leader[leader])


def lead_predictions(overlap: Floats, score: Floats) -> Ints:
    """Return for each prediction the best prediction of the same thing: (predictions,), often itself.

    overlap: (predictions, predictions). Predictions follow the first one, by falling score, that they overlap
    by SAME; detectors give one object several classes, and sometimes several boxes.
    """
    leader = np.arange(len(score), dtype=np.int32)
    free = np.ones(len(score), np.bool_)
    near = overlap >= SAME
    for best in np.argsort(-score, kind="stable").tolist():
        if free[best]:
            followers = free & near[best]
            leader[followers], free[followers] = best, False
    return leader


def pair_objects(overlap: Floats, same_class: Bools) -> tuple[Ints, Ints]:
    """Return the objects of a label and the predictions that mark the same things.

    overlap, same_class: (objects, predictions). Pairs have the largest sum of overlaps, same classes first;
    of one class they overlap by NEAR, otherwise by SAME.
    """
    allowed = overlap >= np.where(same_class, NEAR, SAME)
    rows, columns = np.nonzero(allowed)
    if len(set(rows.tolist())) == len(set(columns.tolist())) == len(rows):
        return rows.astype(np.int32), columns.astype(np.int32)  # no object has a choice
    rows, columns = linear_sum_assignment(np.where(allowed, overlap + same_class, 0.0), maximize=True)
    valid = allowed[rows, columns]
    return rows[valid].astype(np.int32), columns[valid].astype(np.int32)
