"""What a labelling manager reads about a consensus, gathered: the facts behind the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shoal_qa.domain.calibration.reliability import Reliability
from shoal_qa.domain.certificates.certificate import Certificate
from shoal_qa.domain.votes.arrays import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatorSkill:
    """One annotator."""

    name: str
    votes: int
    skill: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HardTask:
    """One task of those that are least settled. votes: in words, most first."""

    task: str
    label: str
    probability: float
    votes: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything on the page.

    panel: models with their figures, by name of the figure. actions: how many tasks. expected: mean probability of
    the labels that are not gold, None where all are. reliability: on gold, None without it. rule: by what labels are
    accepted where there is no certificate. people: from least to most skilled, none where they were not looked at.
    confusion: (classes, classes) of the crowd, rows are the truth, None where classes are too many.
    """

    source: str
    votes: int
    tasks: int
    classes: Sequence[str]
    gold: int
    model: str
    reason: str
    panel: Sequence[tuple[str, Mapping[str, float | None]]]
    actions: Mapping[str, int]
    expected: float | None
    reliability: Reliability | None
    rule: str
    certificate: Certificate | None
    annotators: int
    people: Sequence[AnnotatorSkill]
    confusion: Floats | None
    hardest: Sequence[HardTask]
