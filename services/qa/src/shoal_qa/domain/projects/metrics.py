"""How good a project's labels are, and what they cost."""

from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, Ints, VoteArrays


def gold_accuracy(votes: VoteArrays, gold: Ints) -> float | None:
    """Return the share of votes on gold items that are right. gold: (tasks,), UNKNOWN where there is none."""
    answers = gold[votes.task]
    asked = answers != UNKNOWN
    return float((votes.label[asked] == answers[asked]).mean()) if asked.any() else None


def cost_per_label(spent: float, accepted: int) -> float | None:
    """Return the price of all votes over the labels accepted; None before the first label."""
    return spent / accepted if accepted else None


def inclusion_probability(policies: list[float]) -> float:
    """Return the probability that at least one of several independent policies takes a sample."""
    missed = 1.0
    for probability in policies:
        missed *= 1 - probability
    return 1 - missed


def production_accuracy(right: Floats, probability: Floats) -> float | None:
    """Return the unbiased accuracy of the production model over the stream, from labelled samples.

    right: (samples,) 0 or 1. probability: (samples,) with which each was chosen to be labelled, > 0. The ratio
    estimator sum(right / p) / sum(1 / p) of Hajek (1971), after Horvitz and Thompson (1952).
    """
    if not len(right):
        return None
    weight = 1 / probability
    return float((right * weight).sum() / weight.sum())
