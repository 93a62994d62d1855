"""The fit of votes that annotators are compared with, the same in the service and over files."""

from shoal_qa.domain.annotators.peers import Peers
from shoal_qa.domain.models.base import Fitted
from shoal_qa.domain.models.dawid_skene import DawidSkene, FittedDawidSkene
from shoal_qa.domain.votes.arrays import Ints, VoteArrays

PEERS_MODEL = DawidSkene()


def peers_of(votes: VoteArrays, gold: Ints, start: Fitted | None = None) -> Peers:
    """Return votes with a fit of them by Dawid and Skene's model.

    votes: those of one annotator in order of time. gold: (tasks,) classes or UNKNOWN. start: a fit of the
    same votes to start from, which saves rounds.
    """
    fitted = PEERS_MODEL.fit(votes, gold, start)
    assert isinstance(fitted, FittedDawidSkene)
    return Peers(votes, gold, fitted.log_posterior(votes), fitted.log_confusion)
