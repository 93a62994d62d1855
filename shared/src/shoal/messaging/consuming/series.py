"""The series of a consumer's metrics, which start at 0."""

from shoal.observability import metrics

_OF_CONSUMERS = (
    metrics.CONSUMED,
    metrics.SUMMARISED,
    metrics.RETRIED,
    metrics.NACKED,
    metrics.PAUSED,
    metrics.ASSIGNED,
    metrics.REBALANCES,
    metrics.COMMIT_FAILURES,
    metrics.HANDLED,
)


def start_series(topic: str, group: str) -> None:
    """Start the series of a consumer group's topic at 0."""
    for metric in _OF_CONSUMERS:
        metric.labels(topic, group)
    metrics.DEAD_LETTERED.labels(topic, group, "other")  # and with it every other reason
