"""What a labelling manager reads about a consensus, gathered: the facts behind the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shoal_qa.domain.arrays import Floats
from shoal_qa.domain.certificate import Certificate


@dataclass(frozen=True, slots=True)
class Bin:
    """Gold tasks whose labels were about equally sure. said: mean probability; right: share, with 95 % bounds."""

    said: float
    right: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True)
class Person:
    """One annotator."""

    name: str
    votes: int
    skill: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Hard:
    """One task of those that are least settled. votes: in words, most first."""

    task: str
    label: str
    probability: float
    votes: str
    action: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything on the page.

    panel: models with their figures, by name of the figure. actions: how many tasks. expected: mean probability of
    the labels. confusion: (classes, classes) of the crowd, rows are the truth. people: from least to most skilled.
    """

    source: str
    votes: int
    tasks: int
    classes: Sequence[str]
    gold: int
    model: str
    reason: str
    panel: Sequence[tuple[str, Mapping[str, float]]]
    actions: Mapping[str, int]
    expected: float
    reliability: Sequence[Bin]
    calibration_error: float | None
    target: float
    confidence: float
    certificate: Certificate | None
    people: Sequence[Person]
    confusion: Floats
    hardest: Sequence[Hard]
