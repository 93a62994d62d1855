"""docs/metrics.md: every metric of every service."""

from collections.abc import Iterator, Mapping
from types import ModuleType

from shoal.observability.declaring import MOST_OF_PROJECT, OTHER, Declared, Values, declared_metrics

EVERY_SERVICE = "shared"
_INTRODUCTION = f"""<!-- Written by `make docs`; the text comes from the modules of metrics. -->

# Metrics

Every service serves its metrics at `/metrics` on its admin port, for Prometheus. Series whose labels all have
known values start at 0. Values that users choose are names of projects, campaigns, providers and classes; one
metric has at most {MOST_OF_PROJECT} series of a project, and `{OTHER}` stands for the rest. Gauges that are read
from PostgreSQL are the same in every replica: take their maximum, not their sum.
"""


def render_metrics(modules: Mapping[str, ModuleType]) -> str:
    """Return the page: a table of the metrics that every service has, then one a service."""
    lines = [_INTRODUCTION, "## Every service", "", *_metrics_table(modules[EVERY_SERVICE])]
    for name, module in modules.items():
        if name != EVERY_SERVICE:
            lines += [f"## {name}", "", *_metrics_table(module)]
    return "\n".join(lines).rstrip() + "\n"


def _metrics_table(module: ModuleType) -> Iterator[str]:
    yield from ("| metric | type | labels | meaning |", "|---|---|---|---|")
    for metric in declared_metrics(module):
        yield f"| `{metric.name}` | {metric.kind} | {_label_cell(metric)} | {metric.documentation} |"
    yield ""


def _label_cell(metric: Declared) -> str:
    return ", ".join(_label_text(name, values) for name, values in metric.labels.items())


def _label_text(name: str, values: Values) -> str:
    return f"`{name}`" if values is None else f"`{name}` ({', '.join(values)})"
