"""The fit of votes that annotators are judged by, in the service and over files alike."""

from shoal_qa.domain.annotators.peers import Peers
from shoal_qa.domain.models.base import Fitted
from shoal_qa.domain.models.dawid_skene import DawidSkene, FittedDawidSkene
from shoal_qa.domain.votes.arrays import Ints, VoteArrays

PEERS_MODEL = DawidSkene()


def peers_of(votes: VoteArrays, gold: Ints, start: Fitted | None = None) -> Peers:
    """Return votes beside what each annotator's peers say about the tasks.

    votes: those of one annotator in the order in which they were given. gold: (tasks,) classes or UNKNOWN.
    start: a fit of the same votes, to save rounds.
    """
    fitted = PEERS_MODEL.fit(votes, gold, start)
    assert isinstance(fitted, FittedDawidSkene)
    return Peers(votes, gold, fitted.log_posterior(votes), fitted.log_confusion)
