"""The merged answer of a job, and what is believed of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shoal.contracts.answers import Answer, ClassesAnswer
from shoal_qa.usecases.answers.kinds import OBJECT_KINDS

WITH_PARTS = ("multi_choice", *OBJECT_KINDS)
"""Kinds whose answers have classes or objects with probabilities of their own."""

INTERVAL_SHARE = 0.9  # of the values that the answers leave possible, in the interval of a number


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The most probable answer of a job.

    probability: that all of it is right and nothing is missing. classes: of a set of classes, the probability
    that each class of the schema applies. objects: of boxes, polygons and spans, the probability that each
    object of the answer is there and has its class, in order. interval: of numbers, which
    holds the right value with the probability INTERVAL_SHARE.
    """

    answer: Answer
    probability: float
    classes: Mapping[str, float] = field(default_factory=dict)
    objects: Sequence[float] = ()
    interval: tuple[float, float] | None = None


def part_shares(merged: Merged) -> list[float]:
    """Return the probability of each class or object of an answer, in its order; [] for other answers."""
    if isinstance(merged.answer, ClassesAnswer):
        return [merged.classes[name] for name in merged.answer.labels if name in merged.classes]
    return list(merged.objects)
