"""The text of /metrics: the series that this process has, without the headings of metrics that have none."""

from collections.abc import Iterable

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import Metric

CONTENT_TYPE = CONTENT_TYPE_LATEST


class _OwnSeries:
    """Collects the metrics of a registry that have at least one series."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterable[Metric]:
        """Yield the metrics with series."""
        return (metric for metric in self._registry.collect() if metric.samples)


def render_series(registry: CollectorRegistry = REGISTRY) -> bytes:
    """Return the metrics in Prometheus' text format."""
    return generate_latest(_OwnSeries(registry))
