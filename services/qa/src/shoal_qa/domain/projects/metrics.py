"""How good a project's labels are, and what they cost."""

from shoal_qa.domain.votes.arrays import UNKNOWN, Ints, VoteArrays


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
