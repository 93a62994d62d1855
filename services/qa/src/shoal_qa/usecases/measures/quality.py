"""Metrics of quality, the numbers of the HTTP API: from what was stored when projects were last measured."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, get_args

from shoal.contracts.quality import AnnotatorQuality, PrecisionCertificate, QualityMeasured
from shoal.observability.declaring import BoundedGauge
from shoal_qa import metrics
from shoal_qa.domain.annotators.trust import AnnotatorState, Signal
from shoal_qa.domain.projects.providers import ProviderAgreement
from shoal_qa.usecases.measures.production import production_rows, version_accuracies
from shoal_qa.usecases.ports.measures import QualityMeasures, StoredQuality

Series = dict[BoundedGauge, dict[tuple[str, ...], float]]
GAUGES = (
    metrics.MEASURED_AT,
    metrics.AGREEMENT,
    metrics.LABEL_COST,
    metrics.GOLD_ACCURACY,
    metrics.GOLD_ANSWERS,
    metrics.GOLD_RIGHT,
    metrics.PROVIDER_AGREEMENT,
    metrics.PROVIDER_COMPARED,
    metrics.ANNOTATORS,
    metrics.ANNOTATOR_ALARMS,
    metrics.CERTIFICATE_VALID,
    metrics.CERTIFIED_THRESHOLD,
    metrics.CERTIFIED_PRECISION,
    metrics.CERTIFIED_COVERAGE,
    metrics.CERTIFYING_GOLD,
    metrics.MORE_GOLD,
    metrics.PRODUCTION_ACCURACY,
    metrics.PRODUCTION_ACCURACY_LOW,
    metrics.PRODUCTION_ACCURACY_HIGH,
    metrics.PRODUCTION_LABELLED,
)


class MeasureQuality:
    """Sets the gauges of the quality of all projects; reads only projects that were measured again."""

    def __init__(self, measures: QualityMeasures) -> None:
        self._measures = measures
        self._projects: dict[str, tuple[datetime, Series]] = {}

    async def __call__(self) -> None:
        """Measure once."""
        current = await self._measures.measured_at()
        for project in self._projects.keys() - current.keys():
            del self._projects[project]
        for project, measured_at in current.items():
            cached = self._projects.get(project)
            if cached is None or cached[0] != measured_at:
                self._projects[project] = measured_at, await self._series_of(project, measured_at)
        for gauge in GAUGES:
            gauge.replace(
                {
                    values: value
                    for _, series in self._projects.values()
                    for values, value in series.get(gauge, {}).items()
                }
            )

    async def _series_of(self, project: str, measured_at: datetime) -> Series:
        stored = await self._measures.quality(project)
        if stored is None:
            return {}
        production = stored.production
        if production is None:
            production = production_rows(version_accuracies(await self._measures.audited(project)))
        series: Series = defaultdict(dict)
        series[metrics.MEASURED_AT][(project,)] = measured_at.timestamp()
        _add_quality(series, QualityMeasured.model_validate(stored.body))
        _add_agreement(series, project, stored)
        _add_production(series, project, production)
        return series


def _add_quality(series: Series, event: QualityMeasured) -> None:
    _add_known(series, metrics.AGREEMENT, event.project, event.agreement)
    _add_known(series, metrics.LABEL_COST, event.project, event.cost_per_accepted_label)
    _add_annotators(series, event.project, event.annotators)
    if event.certificate is not None:
        _add_certificate(series, event.project, event.certificate)


def _add_annotators(series: Series, project: str, annotators: Sequence[AnnotatorQuality]) -> None:
    answered: Counter[str] = Counter()
    right: Counter[str] = Counter()
    states = series[metrics.ANNOTATORS]
    alarms = series[metrics.ANNOTATOR_ALARMS]
    alarms |= {(project, signal): 0.0 for signal in get_args(Signal)}
    for annotator in annotators:
        answered[annotator.provider] += annotator.gold_answered
        right[annotator.provider] += annotator.gold_right
        for state in get_args(AnnotatorState):
            states.setdefault((project, annotator.provider, state), 0.0)
        states[project, annotator.provider, annotator.state] += 1
        for signal in annotator.warnings:
            alarms[project, signal] += 1
    for provider, count in answered.items():
        series[metrics.GOLD_ANSWERS][project, provider] = count
        series[metrics.GOLD_RIGHT][project, provider] = right[provider]
        if count:
            series[metrics.GOLD_ACCURACY][project, provider] = right[provider] / count


def _add_certificate(series: Series, project: str, certificate: PrecisionCertificate) -> None:
    valid = certificate.threshold is not None
    series[metrics.CERTIFICATE_VALID][(project,)] = float(valid)
    _add_known(series, metrics.CERTIFIED_THRESHOLD, project, certificate.threshold)
    _add_known(series, metrics.CERTIFIED_PRECISION, project, certificate.bound)
    _add_known(series, metrics.CERTIFIED_COVERAGE, project, certificate.coverage)
    _add_known(series, metrics.CERTIFYING_GOLD, project, certificate.gold)
    _add_known(series, metrics.MORE_GOLD, project, certificate.more_gold)


def _add_agreement(series: Series, project: str, stored: StoredQuality) -> None:
    for provider, counts in (stored.providers or {}).items():
        agreement = ProviderAgreement(**counts)
        series[metrics.PROVIDER_AGREEMENT][project, provider] = agreement.ratio
        series[metrics.PROVIDER_COMPARED][project, provider] = agreement.compared


def _add_production(series: Series, project: str, rows: Sequence[Mapping[str, Any]]) -> None:
    for row in rows:
        key = project, row["model"], row["version"]
        series[metrics.PRODUCTION_LABELLED][key] = row["labelled"]
        if row["accuracy"] is not None:
            series[metrics.PRODUCTION_ACCURACY][key] = row["accuracy"]
            series[metrics.PRODUCTION_ACCURACY_LOW][key] = row["low"]
            series[metrics.PRODUCTION_ACCURACY_HIGH][key] = row["high"]


def _add_known(series: Series, gauge: BoundedGauge, project: str, value: float | None) -> None:
    if value is not None:
        series[gauge][(project,)] = value
