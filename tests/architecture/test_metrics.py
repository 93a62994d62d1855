"""Names, labels and help texts of metrics, over all services."""

import re
from collections import Counter

import pytest

from shoal.catalog.documents import METRICS, load_registered
from shoal.observability.declaring import BoundedGauge, Declared, Join, declared_metrics

DECLARED = [metric for module in load_registered(METRICS).values() for metric in declared_metrics(module)]
LABELS = {
    *("project", "campaign", "provider", "class", "model", "version"),  # which users choose, in small numbers
    *("topic", "group", "partition", "schema", "table", "service", "dependency", "loop", "logger"),
    *("method", "route", "status", "dialect", "half", "how", "stage", "lane", "purpose", "found_by"),
    *("result", "reason", "outcome", "state", "kind", "action", "code", "signal", "direction"),
}
"""Labels that a metric may have. Ids, keys, texts and people are not among them."""
NAME = re.compile(r"shoal_[a-z]+(_[a-z]+)+")
OTHER_UNITS = re.compile(
    r"_(ms|millis|milliseconds|minutes|hours|days|kb|mb|kib|mib|kilobytes|megabytes|percent|pct|count|sum|bucket)$"
)
HISTOGRAM_UNITS = ("_seconds", "_bytes", "_samples")


def faults_of(metric: Declared) -> list[str]:
    """Return what is wrong with a metric."""
    checks = {
        "its name is not shoal_<area>_<quantity> in snake_case": NAME.fullmatch(metric.name) is None,
        "its unit is no base unit": OTHER_UNITS.search(metric.name) is not None,
        "a counter ends in _total": (metric.kind == "counter") != metric.name.endswith("_total"),
        "a histogram ends in its unit": metric.kind == "histogram"
        and not metric.name.endswith(HISTOGRAM_UNITS),
        "a label is not on the list": not set(metric.labels) <= LABELS,
        "its help text says too little": len(metric.documentation.split()) < 5,
        "its help text is no sentence": not re.match(r"[A-Z0-9(]", metric.documentation)
        or metric.documentation.endswith("."),
        "a known value repeats": any(
            values is not None and len(set(values)) < len(values) for values in metric.labels.values()
        ),
    }
    return [f"{metric.name}: {fault}" for fault, holds in checks.items() if holds]


def test_names_labels_and_help_texts_follow_the_convention() -> None:
    assert [fault for metric in DECLARED for fault in faults_of(metric)] == []


JOINS: list[tuple[str, tuple[Join, ...]]] = [
    (r"_timestamp_seconds$", (min, max)),
    (r"_seconds$", (max,)),
    (r"_(ratio|alpha|probability)$|_label_cost$", (None,)),
    (r"_valid$", (min,)),
    ("", (sum,)),
]
"""What the rest of a large project's series may show: unit of a gauge -> the joins that are right for it."""


def test_the_rest_of_a_large_project_is_no_sum_of_ages_or_ratios() -> None:
    gauges = [
        value
        for module in load_registered(METRICS).values()
        for value in vars(module).values()
        if isinstance(value, BoundedGauge) and "project" in value.declared.labels
    ]
    assert len(gauges) >= 30
    for gauge in gauges:
        name = gauge.declared.name
        joins = next(joins for unit, joins in JOINS if re.search(unit, name))
        assert gauge.join in joins, name


def test_no_two_metrics_share_a_name() -> None:
    """The client library also refuses a gauge beside a counter of the same name and `_total`."""
    names = Counter(metric.name.removesuffix("_total") for metric in DECLARED)
    assert [name for name, count in names.items() if count > 1] == []


@pytest.mark.parametrize(
    "metric",
    [
        Declared("shoal_qa_latency_ms", "histogram", "Time to answer one request of a user", {}),
        Declared("shoal_qa_jobs", "counter", "Jobs that wait for a vote of a person", {}),
        Declared("shoal_qa_jobs_total", "gauge", "Jobs that wait for a vote of a person", {}),
        Declared("shoal_qa_jobs", "gauge", "Jobs that wait for a vote of a person", {"annotator": None}),
        Declared("shoal_qa_jobs", "gauge", "Jobs that wait for a vote of a person", {"sample_id": None}),
        Declared("shoal_qa_jobs", "gauge", "Jobs", {}),
        Declared("Shoal-jobs", "gauge", "Jobs that wait for a vote of a person", {}),
    ],
)
def test_the_check_finds_faults(metric: Declared) -> None:
    assert faults_of(metric)
