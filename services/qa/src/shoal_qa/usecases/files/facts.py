"""The facts of the report on a consensus."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from shoal_qa.domain.calibration.reliability import Reliability
from shoal_qa.domain.certificates.certificate import Certificate
from shoal_qa.domain.votes.arrays import Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class AnnotatorSkill:
    """An annotator's skill with its 95 % interval."""

    name: str
    votes: int
    skill: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnShape:
    """An object to draw. by: an annotator. points: (x, y) of corners. merged: it is of the consensus."""

    by: str
    label: str
    points: Sequence[tuple[float, float]]
    merged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HardTask:
    """One of the hardest tasks. votes: in words, the most frequent label first. shapes: of its objects."""

    task: str
    label: str
    probability: float
    votes: str
    action: str
    shapes: Sequence[DrawnShape] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything on the page.

    shape: the kind of answers. people: of other shapes than class, how often their answers are near the
    consensus. panel: models with their figures by name. actions: number of tasks by next step. expected: mean
    probability of the labels, gold excluded; None if every task is gold. reliability: on gold, None without
    it. rule: of acceptance, in words, for the case without a certificate. people: from least to most skilled,
    empty if they were not examined. confusion: (classes, classes) of the crowd, rows are the truth; None for
    too many classes. confused: names of its rows, if they are other ones than `classes`. cut: intervals of
    numbers that end where the numbers of the file do.
    """

    source: str
    shape: str = "class"
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
    confused: Sequence[str] = ()
    hardest: Sequence[HardTask]
    cut: int = 0
