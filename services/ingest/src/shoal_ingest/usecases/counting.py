"""Count what became of inferences, as metrics."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from shoal.contracts.samples import SampleIngested
from shoal_ingest import metrics

Outcome = tuple[str, str]
"""Project and result, one of metrics.RESULTS."""


def count_inferences(dialect: str, outcomes: Iterable[Outcome]) -> None:
    """Count inferences of a dialect by project and result."""
    for (project, result), count in Counter(outcomes).items():
        metrics.INFERENCES.labels(project, dialect, result).inc(count)


def note_delays(events: Sequence[SampleIngested]) -> None:
    """Note how long inferences took to arrive; those that name no time have that of their arrival."""
    delays: dict[str, list[float]] = defaultdict(list)
    for event in events:
        if event.occurred_at != event.received_at:
            delay = (event.received_at - event.occurred_at).total_seconds()
            delays[event.project].append(max(0.0, delay))
    for project, seconds in delays.items():
        metrics.ARRIVAL_DELAY.labels(project).observe_all(seconds)
