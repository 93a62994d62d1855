"""Every warning signal about a project's annotators, as far as what is known of their votes allows."""

from collections.abc import Mapping

import numpy as np

from shoal_qa.domain.annotators.changes import find_changes
from shoal_qa.domain.annotators.copying import find_copying
from shoal_qa.domain.annotators.peers import Peers
from shoal_qa.domain.annotators.signals import haste, spam, straight_lining
from shoal_qa.domain.annotators.trust import Signal
from shoal_qa.domain.votes.arrays import Floats


def warning_signals(peers: Peers, seconds: Floats) -> Mapping[Signal, Floats]:
    """Return p-values of each signal, adjusted for the number of annotators: (annotators,) each.

    seconds: (votes,) that each vote took; NaN or 0 where not known. Without any, `haste` is not measured and left out.
    """
    votes, judged = peers.votes, peers.judged()
    found: dict[Signal, Floats] = {
        "spam": spam(peers),
        "straight-lining": straight_lining(peers),
        "copying": find_copying(peers).by_annotator(votes.annotators),
        "change": find_changes(votes.annotator[judged], peers.right()[judged], votes.annotators).adjusted,
    }
    timed = np.where(seconds > 0, seconds, np.nan)
    if np.isfinite(timed).any():
        found["haste"] = haste(votes.annotator, timed, votes.annotators)
    return found
