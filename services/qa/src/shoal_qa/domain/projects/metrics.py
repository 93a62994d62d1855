"""Quality and cost of a project's labels."""

from shoal_qa.domain.votes.arrays import UNKNOWN, Ints, VoteArrays


def gold_accuracy(votes: VoteArrays, gold: Ints) -> float | None:
    """Return the share of votes on gold items that are right. gold: (tasks,) classes or UNKNOWN."""
    answers = gold[votes.task]
    has_gold = answers != UNKNOWN
    return float((votes.label[has_gold] == answers[has_gold]).mean()) if has_gold.any() else None


def cost_per_label(spent: float, accepted: int) -> float | None:
    """Return the price of all votes divided by the number of accepted labels; None before the first label."""
    return spent / accepted if accepted else None


def inclusion_probability(policies: list[float]) -> float:
    """Return the probability that at least one of several independent policies selects a sample."""
    missed = 1.0
    for probability in policies:
        missed *= 1 - probability
    return 1 - missed
