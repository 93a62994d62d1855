"""Metrics of qa as Prometheus would read them."""

from prometheus_client import REGISTRY

from adapters.qa.qakit import job, vote
from shoal.contracts.labels import LabelingJob
from shoal_qa.usecases.ports import ReceivedAnnotation

Values = tuple[str, ...]


def series_of(name: str, project: str = "news") -> dict[Values, float]:
    """Return the series of a project: the values of the other labels -> value."""
    return {
        tuple(value for label, value in sample.labels.items() if label != "project"): sample.value
        for metric in REGISTRY.collect()
        for sample in metric.samples
        if sample.name == name and sample.labels.get("project", project) == project
    }


class Growth:
    """How much counters grew since it was made."""

    def __init__(self, *names: str, project: str = "news") -> None:
        self._project = project
        self._before = {name: series_of(name, project) for name in names}

    def of(self, name: str) -> dict[Values, float]:
        """Return the series that grew, by how much."""
        now, before = series_of(name, self._project), self._before[name]
        return {
            values: value - before.get(values, 0)
            for values, value in now.items()
            if value > before.get(values, 0)
        }


def campaign_job(number: int, campaign: str | None = "spam", **changes: object) -> LabelingJob:
    """Return a job of a campaign."""
    return job(number).model_copy(update={"campaign": campaign, **changes})


def vote_at(
    provider: str, number: int, annotator: str, label: str | None, revision: int = 1
) -> ReceivedAnnotation:
    """Return a vote that came from a provider."""
    plain = vote(number, annotator, label, revision)
    event = plain.event.model_copy(update={"provider": provider})
    return ReceivedAnnotation(event, plain.origin)
