"""What votes say of those who gave them, and of a project's quality."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from shoal_qa.domain.agreement.alpha import alpha_of_votes
from shoal_qa.domain.annotators.skill import skill
from shoal_qa.domain.annotators.trust import Evidence, Signal, evidence_of
from shoal_qa.domain.annotators.warnings import warning_signals
from shoal_qa.domain.models.panel import MOST_CELLS, MOST_CLASSES
from shoal_qa.domain.models.pool import FittedPool
from shoal_qa.domain.projects.metrics import gold_accuracy
from shoal_qa.domain.projects.peers import peers_of
from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, Ints, VoteArrays

GROUPS = 50  # of classes


@dataclass(frozen=True, slots=True)
class Findings:
    """Evidence and p-values of signals by annotator, the agreement of all, the share of votes right on gold."""

    evidence: Mapping[str, Evidence]
    warnings: Mapping[str, Mapping[Signal, float]]
    alpha: float | None
    gold_accuracy: float | None


def findings(
    votes: VoteArrays, known: Ints, seconds: Floats, annotators: Sequence[str], fitted: FittedPool
) -> Findings:
    """Look at votes beside a fit of them. seconds: (votes,), NaN where not known. annotators: their names."""
    alpha, right_on_gold = alpha_of_votes(votes).value, gold_accuracy(votes, known)
    grouped, answers = _in_groups(votes, known)
    peers = peers_of(grouped, answers, fitted if grouped is votes else None)
    p_values = warning_signals(peers, seconds)
    rows = zip(*(each.tolist() for each in p_values.values()), strict=True)
    return Findings(
        dict(zip(annotators, evidence_of(peers, skill(peers)), strict=True)),
        {name: dict(zip(p_values, row, strict=True)) for name, row in zip(annotators, rows, strict=True)},
        alpha,
        right_on_gold,
    )


def _in_groups(votes: VoteArrays, known: Ints) -> tuple[VoteArrays, Ints]:
    """Return votes on groups of classes, where classes are too many for a confusion matrix of each annotator.

    Two wrong answers fall into one group in 1 of GROUPS cases, so agreement is a little too high.
    """
    many = votes.classes > MOST_CLASSES or (votes.annotators + 1) * votes.classes**2 > MOST_CELLS
    if not many or votes.classes <= GROUPS:
        return votes, known
    label, answers = votes.label % GROUPS, np.where(known == UNKNOWN, UNKNOWN, known % GROUPS)
    grouped = VoteArrays(votes.task, votes.annotator, label, votes.tasks, votes.annotators, GROUPS)
    return grouped, answers.astype(np.int32)
