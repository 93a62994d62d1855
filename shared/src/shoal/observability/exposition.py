"""The text of /metrics: the series that this process has, without the headings of metrics that have none."""

from collections.abc import Iterable

from prometheus_client import REGISTRY, CollectorRegistry
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric


class _OwnSeries:
    """Collects the metrics of a registry that have at least one series."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterable[Metric]:
        """Yield the metrics with series."""
        return (metric for metric in self._registry.collect() if metric.samples)


def render_series(accept: str = "", registry: CollectorRegistry = REGISTRY) -> tuple[bytes, str]:
    """Return the metrics and their content type: OpenMetrics, with exemplars, for those who accept it."""
    encode, content_type = choose_encoder(accept)
    return encode(_OwnSeries(registry)), content_type
