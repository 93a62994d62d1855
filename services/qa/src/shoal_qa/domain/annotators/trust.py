"""Trust in annotators: a state machine with hysteresis over skill, gold answers and warning signals.

Trust depends on the interval of skill (skill.py): with gold alone, 5 of 5 right give at least 0.62, 16 of 16
give 0.86. A block depends on Clopper and Pearson's upper bound (two-sided, 95 %) on gold alone, gold under
other guidelines included. A good annotator must not be blocked: fewer than `min_gold` answers, consensus or a
point estimate never block.

A warning signal (signals.py, copying.py, changes.py) puts an annotator on probation until it clears. It never
blocks, since an honest annotator can raise one. A signal is raised and cleared at different levels, so that
it does not come and go with every vote.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from shoal_qa.domain.annotators.peers import Peers
from shoal_qa.domain.annotators.skill import Skill
from shoal_qa.domain.statistics.intervals import clopper_pearson

AnnotatorState = Literal["new", "trusted", "probation", "blocked"]
Signal = Literal["spam", "straight-lining", "copying", "haste", "change"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The evidence about one annotator: votes, skill, gold answers and alarms."""

    votes: int
    skill: float  # probability of a right answer, from gold and the other votes
    low: float  # 95 % interval of skill
    high: float
    gold_right: int = 0
    gold_answered: int = 0
    alarms: frozenset[Signal] = frozenset()


def evidence_of(peers: Peers, skill: Skill) -> list[Evidence]:
    """Return the evidence about each annotator, without alarms."""
    gold = peers.on_gold()
    right = gold & (peers.votes.label == peers.gold[peers.votes.task])
    votes = np.bincount(peers.votes.annotator, minlength=peers.votes.annotators)
    gold_right, gold_answered = peers.total(right).astype(np.int64), peers.total(gold).astype(np.int64)
    names = ("votes", "skill", "low", "high", "gold_right", "gold_answered")
    columns = (votes, skill.rate, skill.low, skill.high, gold_right, gold_answered)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [Evidence(**dict(zip(names, row, strict=True))) for row in rows]


@dataclass(frozen=True, slots=True)
class Standing:
    """An annotator's state and open alarms."""

    state: AnnotatorState = "new"
    alarms: frozenset[Signal] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustRule:
    """Thresholds of trust. margin: how far an annotator must pass a level to get back over it."""

    min_gold: int = 5
    min_votes: int = 10
    blocked_below: float = 0.4  # blocked when the upper bound from gold is below it
    trusted_above: float = 0.6  # trusted when the lower bound of skill reaches it
    margin: float = 0.05
    raised_below: float = 0.05  # a signal with a smaller adjusted p-value becomes an alarm
    cleared_above: float = 0.2  # an alarm with a larger adjusted p-value is cleared


def next_state(state: AnnotatorState, evidence: Evidence, rule: TrustRule) -> AnnotatorState:
    """Return the annotator's state after new evidence; the same evidence keeps the state."""
    if evidence.gold_answered >= rule.min_gold:
        gold_high = clopper_pearson(evidence.gold_right, evidence.gold_answered)[1]
        if gold_high < rule.blocked_below:
            return "blocked"
        if state == "blocked" and gold_high < rule.blocked_below + rule.margin:
            return "blocked"
    if evidence.alarms:
        return "probation"
    if evidence.votes + evidence.gold_answered < rule.min_votes:
        return state if state in ("probation", "blocked") else "new"
    needed = rule.trusted_above - rule.margin if state == "trusted" else rule.trusted_above
    return "trusted" if evidence.low >= needed else "probation"


def next_alarms(
    alarms: frozenset[Signal], p_values: Mapping[Signal, float], rule: TrustRule
) -> frozenset[Signal]:
    """Return the alarms after new adjusted p-values; a signal that was not measured stays as it was."""
    raised = {signal for signal, p in p_values.items() if p < rule.raised_below}
    held = {signal for signal in alarms if p_values.get(signal, 0.0) <= rule.cleared_above}
    return frozenset(raised | held)
