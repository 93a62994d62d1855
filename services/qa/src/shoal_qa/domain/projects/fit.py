"""What votes taught about a project: kept, loaded, and asked about a few jobs at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from shoal_qa.domain.calibration.tempering import Tempering
from shoal_qa.domain.certificates.promises import Promise
from shoal_qa.domain.models.base import Fitted
from shoal_qa.domain.projects.reader import Reader
from shoal_qa.domain.stopping.crowd import Crowd
from shoal_qa.domain.stopping.next_steps import Foresight


@dataclass(frozen=True)
class ProjectFit:
    """A fit with the names behind its numbers: classes and annotators are numbered by position."""

    fitted: Fitted
    calibration: Tempering
    classes: Sequence[str]
    annotators: Sequence[str]
    promise: Promise | None = None
    afresh_at: int = 0  # votes that there were when a fit last started from scratch
    crowd: Crowd | None = None  # None before any vote, and for very many classes

    @property
    def foresight(self) -> Foresight:
        """Return what votes to come are judged by."""
        return Foresight(self.crowd, self.calibration)

    @cached_property
    def annotator_numbers(self) -> Mapping[str, int]:
        """Return each annotator's number."""
        return {name: index for index, name in enumerate(self.annotators)}

    @cached_property
    def class_numbers(self) -> Mapping[str, int]:
        """Return each class's number."""
        return {name: index for index, name in enumerate(self.classes)}

    @cached_property
    def reader(self) -> Reader:
        """Return what answers for a few jobs at a time."""
        return Reader(self.fitted, len(self.classes))
