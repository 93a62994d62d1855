"""The accuracy of the production model by version, from the samples of the audit."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from shoal_qa import metrics
from shoal_qa.domain.projects.production import AuditedSamples, ProductionAccuracy, production_accuracy
from shoal_qa.usecases.ports import AuditedCount

Version = tuple[str, str]  # model and version
NONE = float("nan")
GAUGES = (
    metrics.PRODUCTION_ACCURACY,
    metrics.PRODUCTION_ACCURACY_LOW,
    metrics.PRODUCTION_ACCURACY_HIGH,
    metrics.PRODUCTION_LABELLED,
)


@dataclass(frozen=True, slots=True)
class VersionAccuracy:
    """A version of the production model and its accuracy."""

    model: str
    version: str
    measured: ProductionAccuracy


def version_accuracies(counts: Sequence[AuditedCount]) -> list[VersionAccuracy]:
    """Return the accuracy of each version, in the order of `counts`. Counts of one version are adjacent."""
    return [
        VersionAccuracy(*version, production_accuracy(_audited_samples(list(rows))))
        for version, rows in groupby(counts, key=_version_of)
    ]


def _version_of(count: AuditedCount) -> Version:
    return count.model, count.version


def _audited_samples(counts: Sequence[AuditedCount]) -> AuditedSamples:
    return AuditedSamples(
        rate=np.array([count.rate for count in counts], np.float64),
        labelled=np.array([count.labelled for count in counts], np.float64),
        right=np.array([count.right for count in counts], np.float64),
        pending=np.array([count.pending for count in counts], np.float64),
    )


class ProductionGauges:
    """Prometheus gauges of each version. Remembers a project's series, to remove those of old versions."""

    def __init__(self) -> None:
        self._series: dict[str, set[Version]] = {}

    def show(self, project: str, accuracies: Sequence[VersionAccuracy]) -> None:
        """Set the gauges of a project's versions and remove those of other versions."""
        current = {(accuracy.model, accuracy.version) for accuracy in accuracies}
        for version in self._series.get(project, set()) - current:
            for gauge in GAUGES:
                gauge.remove(project, *version)
        self._series[project] = current
        for accuracy in accuracies:
            measured = accuracy.measured
            estimate = NONE if measured.accuracy is None else measured.accuracy
            values = estimate, measured.low, measured.high, measured.labelled
            for gauge, value in zip(GAUGES, values, strict=True):
                gauge.labels(project, accuracy.model, accuracy.version).set(value)
