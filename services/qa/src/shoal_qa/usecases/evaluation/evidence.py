"""The evidence for a label: what is believed of its classes, objects or value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from shoal_qa.domain.jobs.acceptance import Belief
from shoal_qa.domain.projects.fit import ProjectFit
from shoal_qa.domain.votes.arrays import Floats
from shoal_qa.usecases.answers.fits.job_beliefs import AnswerBelief

SHOWN = 100  # most classes of a posterior in the evidence
LEAST = 0.001  # probability of a class in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What is believed of a job's label.

    posterior: probabilities of the likeliest classes, the likeliest first; of a set of classes, that each
    applies. objects: probability of each object of the answer, in order. interval: of a number.
    """

    posterior: Mapping[str, float] = field(default_factory=dict)
    objects: Sequence[float] = ()
    interval: tuple[float, float] | None = None

    def columns(self, *, is_expert: bool) -> dict[str, Any]:
        """Return the fields of a label's evidence; votes say nothing of the objects of an expert's label."""
        return {
            "posterior": dict(self.posterior),
            "objects": [] if is_expert else [round(share, 6) for share in self.objects],
            "interval": None if is_expert or self.interval is None else list(self.interval),
        }


@dataclass(frozen=True, slots=True)
class ClassBeliefs:
    """Beliefs about jobs whose label is one class. shares: (jobs, classes), posteriors."""

    beliefs: Sequence[Belief]
    shares: Floats
    fit: ProjectFit

    def evidence(self, job: int) -> Parts:
        """Return what is believed of the classes of a job."""
        shares = self.shares[job]
        likely = np.argsort(-shares, kind="stable")[:SHOWN].tolist()
        return Parts(posterior=_shown_shares({self.fit.classes[at]: float(shares[at]) for at in likely}))


@dataclass(frozen=True, slots=True)
class AnswerBeliefs:
    """Beliefs about jobs with any other kind of answer."""

    believed: Sequence[AnswerBelief]

    @property
    def beliefs(self) -> list[Belief]:
        """Return the belief about each job."""
        return [one.belief for one in self.believed]

    def evidence(self, job: int) -> Parts:
        """Return what is believed of the parts of a job's answer."""
        merged = self.believed[job].merged
        if merged is None:
            return Parts()
        likely = sorted(merged.classes.items(), key=lambda item: (-item[1], item[0]))
        return Parts(
            posterior=_shown_shares(dict(likely[:SHOWN])), objects=merged.objects, interval=merged.interval
        )


def _shown_shares(shares: Mapping[str, float]) -> dict[str, float]:
    return {name: round(share, 6) for name, share in shares.items() if share >= LEAST}
