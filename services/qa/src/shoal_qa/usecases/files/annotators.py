"""Annotators judged by votes and gold: skill, skill by class, warning signals and state."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from shoal.files.errors import BadInput
from shoal_qa.domain.annotators.changes import Changes, find_changes
from shoal_qa.domain.annotators.copying import Pairs, find_copying
from shoal_qa.domain.annotators.peers import Peers
from shoal_qa.domain.annotators.signals import haste_p_values, spam_p_values, straight_lining_p_values
from shoal_qa.domain.annotators.skill import Skill, overall_skill, skill_by_class
from shoal_qa.domain.annotators.trust import (
    AnnotatorState,
    Signal,
    TrustRule,
    evidence_of,
    next_alarms,
    next_state,
)
from shoal_qa.domain.projects.peers import peers_of
from shoal_qa.domain.votes.arrays import Floats, Ints, VoteArrays

MOST_CELLS = 50_000_000  # numbers of annotators x classes x classes: 0.4 GB, held several times


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatorFindings:
    """Findings about annotators: arrays of (annotators,), by_class of (annotators, classes).

    p: adjusted p-values of the signals that could be measured. changes: None if the order of votes is
    unknown.
    """

    votes: Ints
    gold_right: Ints
    gold_answered: Ints
    skill: Skill
    by_class: Skill
    p: Mapping[Signal, Floats]
    pairs: Pairs
    changes: Changes | None
    alarms: list[frozenset[Signal]]
    states: list[AnnotatorState]

    def copies_with(self, level: float) -> dict[int, int]:
        """Return each annotator's most suspicious partner, among pairs with a p-value below `level`."""
        partners: dict[int, int] = {}
        for row in np.flatnonzero(self.pairs.adjusted < level).tolist():
            one, other = int(self.pairs.one[row]), int(self.pairs.other[row])
            partners.setdefault(one, other)
            partners.setdefault(other, one)
        return partners


def examine_annotators(
    votes: VoteArrays,
    gold: Ints,
    *,
    seconds: Floats | None,
    at: Floats | None,
    rng: np.random.Generator,
    rule: TrustRule,
) -> AnnotatorFindings:
    """Return the findings about each annotator.

    gold: (tasks,) classes or UNKNOWN. seconds: (votes,) that each vote took. at: (votes,) when it was given.
    Both are NaN if unknown. Without `at` the order is drawn at random: in a file sorted by label everybody
    would look like a straight-liner. Raises BadInput if annotators and classes are too many for confusion
    matrices.
    """
    cells = votes.annotators * votes.classes**2
    if cells > MOST_CELLS:
        size = f"{votes.annotators:,} annotators x {votes.classes:,} classes squared is {cells:,} numbers"
        raise BadInput(f"{size}, at most {MOST_CELLS:,} fit: merge rare classes, or leave out annotators")
    order = rng.permutation(len(votes)) if at is None else np.argsort(at, kind="stable")
    ordered = VoteArrays(
        task=votes.task[order],
        annotator=votes.annotator[order],
        label=votes.label[order],
        tasks=votes.tasks,
        annotators=votes.annotators,
        classes=votes.classes,
    )
    return _examine_peers(
        peers_of(ordered, gold), None if seconds is None else seconds[order], at is not None, rule
    )


def _examine_peers(peers: Peers, seconds: Floats | None, timed: bool, rule: TrustRule) -> AnnotatorFindings:
    votes = peers.votes
    pairs = find_copying(peers)
    p: dict[Signal, Floats] = {
        "spam": spam_p_values(peers),
        "straight-lining": straight_lining_p_values(peers),
        "copying": pairs.by_annotator(votes.annotators),
    }
    if seconds is not None:
        p["haste"] = haste_p_values(votes.annotator, seconds, votes.annotators)
    judged = peers.judged()
    changes = (
        find_changes(votes.annotator[judged], peers.right()[judged], votes.annotators) if timed else None
    )
    if changes is not None:
        p["change"] = changes.adjusted
    overall = overall_skill(peers)
    evidence = [
        replace(
            row,
            alarms=next_alarms(frozenset(), {name: float(column[a]) for name, column in p.items()}, rule),
        )
        for a, row in enumerate(evidence_of(peers, overall))
    ]
    by_class = skill_by_class(peers)
    return AnnotatorFindings(
        votes=np.array([row.votes for row in evidence], np.int32),
        gold_right=np.array([row.gold_right for row in evidence], np.int32),
        gold_answered=np.array([row.gold_answered for row in evidence], np.int32),
        skill=overall,
        by_class=by_class,
        p=p,
        pairs=pairs,
        changes=changes,
        alarms=[row.alarms for row in evidence],
        states=[next_state("new", row, rule) for row in evidence],
    )
