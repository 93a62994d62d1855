"""What votes and gold say about each annotator: skill, by class as well, warning signals, and a state."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from shoal.files.errors import BadInput
from shoal_qa.domain.annotators.changes import Changes, find_changes
from shoal_qa.domain.annotators.copying import Pairs, find_copying
from shoal_qa.domain.annotators.peers import Peers
from shoal_qa.domain.annotators.signals import haste, spam, straight_lining
from shoal_qa.domain.annotators.skill import Skill, skill, skill_by_class
from shoal_qa.domain.annotators.trust import (
    AnnotatorState,
    Evidence,
    Signal,
    TrustRule,
    next_alarms,
    next_state,
)
from shoal_qa.domain.models.dawid_skene import DawidSkene, FittedDawidSkene
from shoal_qa.domain.votes.arrays import Floats, Ints, VoteArrays

MOST_CELLS = 50_000_000  # of annotators x classes x classes: 0.4 GB, held several times


@dataclass(frozen=True, slots=True)
class People:
    """(annotators,) or (annotators, classes) each.

    p: adjusted p-values of the signals that could be measured. changes: None where the order of votes is not known.
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
        """Return whom an annotator most suspiciously agrees with, for pairs whose p-value is below a level."""
        found: dict[int, int] = {}
        for row in np.flatnonzero(self.pairs.adjusted < level).tolist():
            one, other = int(self.pairs.one[row]), int(self.pairs.other[row])
            found.setdefault(one, other)
            found.setdefault(other, one)
        return found


def look_at(
    votes: VoteArrays,
    known: Ints,
    seconds: Floats | None,
    at: Floats | None,
    rng: np.random.Generator,
    rule: TrustRule,
) -> People:
    """Return what is known of each annotator.

    known: (tasks,) gold or UNKNOWN. seconds: (votes,) that each took; at: (votes,) when it was given; NaN where not
    known. Without `at` the order is drawn at random: a file sorted by label would make everybody look like a straight
    liner. Raises BadInput where annotators and classes are too many for a confusion matrix each.
    """
    cells = votes.annotators * votes.classes**2
    if cells > MOST_CELLS:
        told = f"{votes.annotators:,} annotators x {votes.classes:,} classes squared is {cells:,} numbers"
        raise BadInput(f"{told}, {MOST_CELLS:,} at most: merge rare classes, or look at fewer annotators")
    order = rng.permutation(len(votes)) if at is None else np.argsort(at, kind="stable")
    ordered = VoteArrays(
        votes.task[order],
        votes.annotator[order],
        votes.label[order],
        votes.tasks,
        votes.annotators,
        votes.classes,
    )
    fitted = DawidSkene().fit(ordered)
    assert isinstance(fitted, FittedDawidSkene)
    peers = Peers(ordered, known, fitted.log_posterior(ordered), fitted.log_confusion)
    return _people(peers, None if seconds is None else seconds[order], at is not None, rule)


def _people(peers: Peers, seconds: Floats | None, timed: bool, rule: TrustRule) -> People:
    votes = peers.votes
    pairs = find_copying(peers)
    p: dict[Signal, Floats] = {
        "spam": spam(peers),
        "straight-lining": straight_lining(peers),
        "copying": pairs.by_annotator(votes.annotators),
    }
    if seconds is not None:
        p["haste"] = haste(votes.annotator, seconds, votes.annotators)
    judged = peers.judged()
    changes = (
        find_changes(votes.annotator[judged], peers.right()[judged], votes.annotators) if timed else None
    )
    if changes is not None:
        p["change"] = changes.adjusted
    right = peers.gold() & (votes.label == peers.known[votes.task])
    counts = (np.ones(len(votes)), right, peers.gold())
    count, gold_right, gold_answered = (peers.total(each).astype(np.int32) for each in counts)
    overall = skill(peers)
    alarms = [
        next_alarms(frozenset(), {name: float(each[a]) for name, each in p.items()}, rule)
        for a in range(votes.annotators)
    ]
    states = [
        next_state(
            "new",
            Evidence(
                int(count[a]),
                float(overall.rate[a]),
                float(overall.low[a]),
                float(overall.high[a]),
                int(gold_right[a]),
                int(gold_answered[a]),
                alarms[a],
            ),
            rule,
        )
        for a in range(votes.annotators)
    ]
    by_class = skill_by_class(peers)
    return People(count, gold_right, gold_answered, overall, by_class, p, pairs, changes, alarms, states)
