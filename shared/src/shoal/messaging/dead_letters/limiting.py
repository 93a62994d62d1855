"""A limit on the dead letters of each project: above it, one letter stands for many records.

A project that floods a topic with bad records then costs a few letters for each batch, and the topic of dead
letters stays readable. A token bucket for each project.
"""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from shoal.messaging.records.decoding import RejectedRecord, project_of

_MOST_PROJECTS = 10_000  # that the limit remembers; a forgotten one starts with a full bucket


@dataclass(frozen=True, slots=True)
class LetterPolicy:
    """burst: letters of a project at once. per_s: further ones for each second."""

    burst: int = 2000
    per_s: float = 10.0


class LetterLimit:
    """Divides rejected records into those with a letter each, and those of a summary for each project."""

    def __init__(self, policy: LetterPolicy) -> None:
        self._policy = policy
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # letters left, and when

    def divide(
        self, refused: Sequence[RejectedRecord], now: float
    ) -> tuple[list[RejectedRecord], dict[str, list[RejectedRecord]]]:
        """Return the records that get a letter, and by project those that are summarised. now: seconds."""
        single, summarised = [], dict[str, list[RejectedRecord]]()
        for rejected in refused:
            project = project_of(rejected.record)
            if self._take(project, now):
                single.append(rejected)
            else:
                summarised.setdefault(project, []).append(rejected)
        return single, summarised

    def _take(self, project: str, now: float) -> bool:
        left, at = self._buckets.pop(project, (float(self._policy.burst), now))
        left = min(self._policy.burst, left + (now - at) * self._policy.per_s)
        is_free = left >= 1
        self._buckets[project] = (left - is_free, now)
        if len(self._buckets) > _MOST_PROJECTS:
            self._buckets.popitem(last=False)
        return is_free
