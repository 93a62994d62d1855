"""The random audit: an independent Bernoulli(p) draw on every sample, whatever the campaigns do.

Its labels are the unbiased ones: whether a sample is included depends only on its id and a secret salt, so
Horvitz-Thompson weights 1/p estimate production accuracy and class shares while targeted collection runs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shoal_sampler.domain.campaigns.keyed import keyed_draws

POLICY = "audit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """A project's audit. `version` grows with every change; `votes_per_day` is its separate budget."""

    rate: float = 0.01
    votes: int = 2  # per job, requested at the start
    max_votes: int = 3  # per job, reserved
    votes_per_day: int = 300
    version: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.rate <= 1:
            raise ValueError("rate must be between 0 and 1")
        if not 1 <= self.votes <= self.max_votes <= 100:
            raise ValueError("needs 1 <= votes <= max_votes <= 100")
        if not 0 <= self.votes_per_day <= 10**9:
            raise ValueError("votes_per_day must be between 0 and 1000000000")


def samples_to_audit(
    audit: Audit, salt: bytes, project: str, sample_ids: Sequence[str]
) -> npt.NDArray[np.bool_]:
    """Return which samples the audit takes, (n,).

    The draw does not depend on the rate: raising the rate keeps every sample that the lower rate took.
    """
    return keyed_draws(salt, f"audit:{project}", sample_ids) < audit.rate
