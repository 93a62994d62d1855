"""The fit of a project: what its votes taught, to be stored, loaded and applied to a few jobs at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from shoal_qa.domain.answers.model import AnswerParts
from shoal_qa.domain.calibration.tempering import Tempering
from shoal_qa.domain.certificates.promises import Promise
from shoal_qa.domain.models.base import Fitted
from shoal_qa.domain.projects.reader import Reader
from shoal_qa.domain.stopping.crowd import Crowd
from shoal_qa.domain.stopping.next_steps import Foresight


@dataclass(frozen=True, kw_only=True)
class ProjectFit:
    """A fit with the names of its classes and annotators, which are numbered by position."""

    fitted: Fitted
    calibration: Tempering
    classes: Sequence[str]
    annotators: Sequence[str]
    promise: Promise | None = None
    afresh_at: int = 0  # number of votes at the last fit from scratch
    crowd: Crowd | None = None  # None before the first vote, and for very many classes
    parts: AnswerParts | None = None  # of answers that are not single classes

    @property
    def foresight(self) -> Foresight:
        """Return the crowd and calibration that predict votes to come."""
        return Foresight(self.crowd, self.calibration)

    @cached_property
    def annotator_numbers(self) -> Mapping[str, int]:
        """Return the number of each annotator by name."""
        return {name: index for index, name in enumerate(self.annotators)}

    @cached_property
    def class_numbers(self) -> Mapping[str, int]:
        """Return the number of each class by name."""
        return {name: index for index, name in enumerate(self.classes)}

    @cached_property
    def reader(self) -> Reader:
        """Return a reader that computes posteriors of a few jobs at a time."""
        return Reader(self.fitted, len(self.classes))
