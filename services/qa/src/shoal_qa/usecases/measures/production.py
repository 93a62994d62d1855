"""The accuracy of the production model by version, from the samples of the audit."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

import numpy as np

from shoal_qa.domain.projects.production import AuditedSamples, ProductionAccuracy, production_accuracy
from shoal_qa.usecases.ports import AuditedCount

Version = tuple[str, str]  # model and version


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


def production_rows(accuracies: Sequence[VersionAccuracy]) -> list[dict[str, Any]]:
    """Return the accuracy of each version with its model and version, for storage and answers."""
    return [{"model": item.model, "version": item.version, **asdict(item.measured)} for item in accuracies]
