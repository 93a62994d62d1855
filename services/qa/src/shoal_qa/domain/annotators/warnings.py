"""All warning signals about a project's annotators."""

from collections.abc import Mapping

import numpy as np

from shoal_qa.domain.annotators.changes import find_changes
from shoal_qa.domain.annotators.copying import find_copying
from shoal_qa.domain.annotators.peers import Peers
from shoal_qa.domain.annotators.signals import haste_p_values, spam_p_values, straight_lining_p_values
from shoal_qa.domain.annotators.trust import Signal
from shoal_qa.domain.votes.arrays import Floats


def warning_signals(peers: Peers, seconds: Floats) -> Mapping[Signal, Floats]:
    """Return p-values of each signal, adjusted for the number of annotators: arrays of (annotators,).

    seconds: (votes,) that each vote took; NaN or 0 if unknown. `haste` is left out if all are unknown.
    """
    votes, judged = peers.votes, peers.judged()
    p_values: dict[Signal, Floats] = {
        "spam": spam_p_values(peers),
        "straight-lining": straight_lining_p_values(peers),
        "copying": find_copying(peers).by_annotator(votes.annotators),
        "change": find_changes(votes.annotator[judged], peers.right()[judged], votes.annotators).adjusted,
    }
    timed = np.where(seconds > 0, seconds, np.nan)
    if np.isfinite(timed).any():
        p_values["haste"] = haste_p_values(votes.annotator, timed, votes.annotators)
    return p_values
