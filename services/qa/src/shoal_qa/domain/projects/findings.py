"""Findings about a project: its annotators, the agreement of its votes, and their accuracy on gold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from shoal_qa.domain.agreement.alpha import alpha_of_votes
from shoal_qa.domain.annotators.skill import overall_skill
from shoal_qa.domain.annotators.trust import Evidence, Signal, evidence_of
from shoal_qa.domain.annotators.warnings import warning_signals
from shoal_qa.domain.models.panel import MOST_CELLS, MOST_CLASSES
from shoal_qa.domain.models.pool import FittedPool
from shoal_qa.domain.projects.metrics import gold_accuracy
from shoal_qa.domain.projects.peers import peers_of
from shoal_qa.domain.votes.arrays import UNKNOWN, Floats, Ints, VoteArrays

GROUPS = 50  # of classes, where classes are too many


@dataclass(frozen=True, slots=True)
class Findings:
    """Evidence and p-values of signals by annotator; Krippendorff's alpha; accuracy of votes on gold."""

    evidence: Mapping[str, Evidence]
    warnings: Mapping[str, Mapping[Signal, float]]
    alpha: float | None
    gold_accuracy: float | None


def findings_of(
    votes: VoteArrays, gold: Ints, *, seconds: Floats, annotators: Sequence[str], fitted: FittedPool | None
) -> Findings:
    """Return the findings about votes, given a fit of them if there is one.

    gold: (tasks,) classes or UNKNOWN. seconds: (votes,) that each vote took, NaN if unknown. annotators:
    names by number.
    """
    alpha, right_on_gold = alpha_of_votes(votes).value, gold_accuracy(votes, gold)
    grouped, answers = group_classes(votes, gold)
    peers = peers_of(grouped, answers, fitted if grouped is votes else None)
    p_values = warning_signals(peers, seconds)
    rows = zip(*(values.tolist() for values in p_values.values()), strict=True)
    return Findings(
        dict(zip(annotators, evidence_of(peers, overall_skill(peers)), strict=True)),
        {name: dict(zip(p_values, row, strict=True)) for name, row in zip(annotators, rows, strict=True)},
        alpha,
        right_on_gold,
    )


def group_classes(votes: VoteArrays, gold: Ints) -> tuple[VoteArrays, Ints]:
    """Return votes and gold on groups of classes if classes are too many for confusion matrices.

    Two different wrong answers share a group in 1 of GROUPS cases, so agreement is a little too high.
    """
    many = votes.classes > MOST_CLASSES or (votes.annotators + 1) * votes.classes**2 > MOST_CELLS
    if not many or votes.classes <= GROUPS:
        return votes, gold
    label, answers = votes.label % GROUPS, np.where(gold == UNKNOWN, UNKNOWN, gold % GROUPS)
    grouped = replace(votes, label=label, classes=GROUPS)
    return grouped, answers.astype(np.int32)
