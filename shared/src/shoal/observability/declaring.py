"""Declarations of metrics: a name, a help text, and labels with a limited number of values.

Labels hold closed sets of values, or values that users choose: names of projects, campaigns, providers and
classes. Ids of samples, jobs and events and names of people are never labels.
"""

import time
from bisect import bisect_left
from collections import Counter as Counts
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import ModuleType
from typing import Any, TypeVar

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.metrics import MetricWrapperBase
from prometheus_client.samples import Exemplar

disable_created_metrics()  # type: ignore[no-untyped-call]

OTHER = "(other)"
MOST_SERIES = 2_000
"""Most series of one metric; above it, label values that users choose become OTHER."""
MOST_OF_PROJECT = 250
"""Most series of one metric and project, so that one project cannot take the place of others."""

Values = Sequence[str] | None
"""The known values of a label; None: users choose them."""
Join = Callable[[Iterable[float]], float] | None
"""Makes the value of OTHER from those of the series above the limits; None: they are left out."""
STAGE_BUCKETS = (
    *(0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0),
    *(3_600.0, 4 * 3_600.0, 12 * 3_600.0, 86_400.0, 3 * 86_400.0, 7 * 86_400.0, 30 * 86_400.0),
)
"""Seconds; from a moment to a month, for steps that may wait for people."""

M = TypeVar("M", bound="_Bounded")


@dataclass(frozen=True, slots=True)
class Declared:
    """One metric as the documentation shows it. labels: label -> known values, or None."""

    name: str
    kind: str
    documentation: str
    labels: Mapping[str, Values]


class _Bounded(MetricWrapperBase):
    """Limits the series of a metric: beyond the limits, values that users choose become OTHER."""

    declared: Declared
    series_of: Counts[str | None]  # by project

    def labels(self, *labelvalues: object, **_: object) -> Any:
        """Return the series of label values, in the order of the declaration."""
        values = tuple(str(value) for value in labelvalues)
        if values not in self._metrics:
            values = self._admitted(values)
            if values not in self._metrics:
                self._count_series(values, 1)
        return super().labels(*values)

    def remove(self, *labelvalues: Any) -> None:
        """Remove the series of label values, if there is one."""
        if labelvalues in self._metrics:
            self._count_series(labelvalues, -1)
            super().remove(*labelvalues)

    def _admitted(self, values: tuple[str, ...]) -> tuple[str, ...]:
        if len(self._metrics) >= MOST_SERIES:
            return self._without(values, keep=())
        project = self._project_of(values)
        if project is not None and self.series_of[project] >= MOST_OF_PROJECT:
            return self._without(values, keep=("project",))
        return values

    def _count_series(self, values: Sequence[str], step: int) -> None:
        self.series_of[self._project_of(values)] += step

    def _project_of(self, values: Sequence[str]) -> str | None:
        """Return the project of label values; None for a metric without projects, which has no such limit."""
        names = list(self.declared.labels)
        return values[names.index("project")] if "project" in names else None

    def _without(self, values: tuple[str, ...], keep: tuple[str, ...]) -> tuple[str, ...]:
        labels = self.declared.labels
        return tuple(
            OTHER if choices is None and name not in keep else value
            for (name, choices), value in zip(labels.items(), values, strict=True)
        )


class BoundedCounter(_Bounded, Counter):
    """A counter with a limited number of series.

    With its first series of a project, those of its other known label values start at 0: the first increase
    of a counter that appears later is lost to `rate()`.
    """

    def labels(self, *labelvalues: object, **_: object) -> Any:
        """Return the series of label values, in the order of the declaration."""
        values = tuple(str(value) for value in labelvalues)
        if values not in self._metrics:
            values = self._admitted(values)
            project = self._project_of(values)
            few = project is None or self.series_of[project] < MOST_OF_PROJECT // 2
            if few and len(self._metrics) < MOST_SERIES // 2:
                for others in _related_values(values, self.declared.labels):
                    super().labels(*others)
        return super().labels(*values)


class BoundedGauge(_Bounded, Gauge):
    """A gauge with a limited number of series."""

    join: Join

    def replace(self, series: Mapping[tuple[str, ...], float]) -> None:
        """Set the value of every series, and remove the series that are not among them.

        OTHER gets what `join` makes of the series above the limits, or no value.
        """
        closed = _closed_values(self.declared.labels)
        for values in set(self._metrics) - set(series) - set(closed):
            self.remove(*values)
        for values in closed:
            if values not in series:
                self.labels(*values).set(0)
        amounts: dict[tuple[str, ...], list[float]] = defaultdict(list)
        for values, value in series.items():
            shown = values if values in self._metrics else self._admitted(values)
            if shown == values or self.join is not None:
                self.labels(*shown)  # takes its place before the next series asks for one
                amounts[shown].append(value)
        for shown, joint in amounts.items():
            self.labels(*shown).set(self.join(joint) if self.join else joint[0])


class BoundedHistogram(_Bounded, Histogram):
    """A histogram with a limited number of series."""

    def observe_all(self, amounts: Sequence[float]) -> None:
        """Observe many values of one series, with one update of each bucket instead of one a value."""
        buckets = Counts(bisect_left(self._upper_bounds, amount) for amount in amounts)
        for index, count in buckets.items():
            self._buckets[index].inc(count)
        if amounts:
            self._sum.inc(sum(amounts))

    def mark_bucket(self, amount: float, exemplar: Mapping[str, str]) -> None:
        """Set the exemplar of the bucket of a value that is observed elsewhere."""
        bucket = self._buckets[bisect_left(self._upper_bounds, amount)]
        bucket.set_exemplar(Exemplar(dict(exemplar), amount, time.time()))


def declare_counter(
    name: str, documentation: str, labels: Mapping[str, Values] | None = None
) -> BoundedCounter:
    """Return a new counter; its name ends in `_total`. Series of known label values start at 0."""
    labels = labels or {}
    return _declare_metric(
        BoundedCounter(name, documentation, list(labels)), Declared(name, "counter", documentation, labels)
    )


def declare_gauge(
    name: str, documentation: str, labels: Mapping[str, Values] | None = None, *, join: Join = sum
) -> BoundedGauge:
    """Return a new gauge; its name ends in the unit or in the counted thing.

    join: sum for amounts, max or min for ages and times, None for ratios and other averages.
    """
    labels = labels or {}
    gauge = BoundedGauge(name, documentation, list(labels))
    gauge.join = join
    return _declare_metric(gauge, Declared(name, "gauge", documentation, labels))


def declare_histogram(
    name: str,
    documentation: str,
    labels: Mapping[str, Values] | None = None,
    *,
    buckets: Sequence[float] = Histogram.DEFAULT_BUCKETS,
) -> BoundedHistogram:
    """Return a new histogram; its name ends in `_seconds` or `_bytes`. buckets: upper bounds, ascending."""
    labels = labels or {}
    metric = BoundedHistogram(name, documentation, list(labels), buckets=buckets)
    return _declare_metric(metric, Declared(name, "histogram", documentation, labels))


def declared_metrics(module: ModuleType) -> Iterator[Declared]:
    """Yield the metrics that a module declares, in its order."""
    for value in vars(module).values():
        if isinstance(value, _Bounded):
            yield value.declared


def _declare_metric(metric: M, declared: Declared) -> M:
    metric.declared, metric.series_of = declared, Counts()
    for values in _closed_values(declared.labels):
        metric.labels(*values)
    return metric


def _related_values(values: tuple[str, ...], labels: Mapping[str, Values]) -> Iterator[tuple[str, ...]]:
    """Yield the sets of label values that differ from `values` in known values only."""
    if None in labels.values() and any(labels.values()):
        yield from product(
            *(
                (value,) if choices is None else choices
                for value, choices in zip(values, labels.values(), strict=True)
            )
        )


def _closed_values(labels: Mapping[str, Values]) -> list[tuple[str, ...]]:
    """Return every set of label values, if all are known; nothing for a metric without labels."""
    closed = [values for values in labels.values() if values is not None]
    if not labels or len(closed) < len(labels):
        return []
    return list(product(*closed))
