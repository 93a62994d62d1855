"""A disputed job as its reviewer sees it: the votes without their annotators, and why it came to review."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from shoal_gateway.domain.label_schema import CLASS


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why qa requests a review: a reason in words, and the probabilities of the likeliest classes.

    skills: measured skill of voters by provider/annotator.
    """

    reason: str
    posterior: Mapping[str, float]
    skills: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnnamedVote:
    """A vote or skip without its annotator. A skip has no label; its code and reason may be missing.

    `kind` is the answer's; `skill` is the probability that the annotator is right, if it is known.
    """

    label: str | None
    code: str | None
    reason: str
    kind: str = CLASS
    skill: float | None = None


@dataclass(frozen=True, slots=True)
class Dispute:
    """The votes of a job in an order that reveals nothing about their annotators, and qa's grounds."""

    votes: tuple[UnnamedVote, ...]
    grounds: Grounds | None
