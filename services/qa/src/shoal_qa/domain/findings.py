"""What votes say of those who gave them, and of a project's quality."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shoal_qa.domain.annotators.peers import Peers
from shoal_qa.domain.annotators.warnings import warning_signals
from shoal_qa.domain.arrays import Floats, Ints, VoteArrays
from shoal_qa.domain.gold import Evidence, Signal
from shoal_qa.domain.metrics import gold_accuracy, krippendorff_alpha
from shoal_qa.domain.models import MODELS
from shoal_qa.domain.models.dawid_skene import FittedDawidSkene
from shoal_qa.domain.models.pool import FittedPool
from shoal_qa.domain.skills import agreement, evidence

SKILLS_FROM = "dawid-skene"


@dataclass(frozen=True, slots=True)
class Findings:
    """Annotators' evidence and p-values of warning signals, by name; the agreement of all; votes right on gold."""

    evidence: Mapping[str, Evidence]
    warnings: Mapping[str, Mapping[Signal, float]]
    alpha: float | None
    gold_accuracy: float | None


def findings(
    votes: VoteArrays, known: Ints, seconds: Floats, annotators: Sequence[str], fitted: FittedPool
) -> Findings:
    """Look at votes beside a fit of them. seconds: (votes,), NaN where not known. annotators: their names."""
    skilled = _skilled(fitted, votes, known)
    log_posterior = skilled.log_posterior(votes)
    sums = agreement(votes, known, log_posterior, skilled.log_confusion)
    p_values = warning_signals(Peers(votes, known, log_posterior, skilled.log_confusion), seconds)
    rows = zip(*(each.tolist() for each in p_values.values()), strict=True)
    return Findings(
        dict(zip(annotators, evidence(sums), strict=True)),
        {name: dict(zip(p_values, row, strict=True)) for name, row in zip(annotators, rows, strict=True)},
        krippendorff_alpha(votes),
        gold_accuracy(votes, known),
    )


def _skilled(fitted: FittedPool, votes: VoteArrays, known: Ints) -> FittedDawidSkene:
    """Return the pool's fit of confusions, or one of its own where no member is."""
    members = [member for member in fitted.members if member.name == SKILLS_FROM]
    skilled = members[0] if members else MODELS[SKILLS_FROM].fit(votes, known)
    assert isinstance(skilled, FittedDawidSkene)
    return skilled
