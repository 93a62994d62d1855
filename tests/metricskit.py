"""Values of metrics in this process's registry, which all tests of a process share."""

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import REGISTRY


def read_series(name: str, **labels: str) -> dict[tuple[str, ...], float]:
    """Return the series of a sample name that have these labels: the other labels' values, and the value."""
    found = (sample for metric in REGISTRY.collect() for sample in metric.samples if sample.name == name)
    return {
        tuple(value for label, value in sample.labels.items() if label not in labels): sample.value
        for sample in found
        if labels.items() <= sample.labels.items()
    }


@contextmanager
def growth(name: str, **labels: str) -> Iterator[dict[tuple[str, ...], float]]:
    """Yield what fills with the growth of each series at the end, without those that did not grow."""
    before, grown = read_series(name, **labels), dict[tuple[str, ...], float]()
    yield grown
    after = read_series(name, **labels).items()
    grown |= {key: value - before.get(key, 0.0) for key, value in after if value != before.get(key, 0.0)}
