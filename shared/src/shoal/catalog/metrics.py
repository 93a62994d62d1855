"""docs/metrics.md: every metric of every service."""

from collections.abc import Iterator, Mapping
from textwrap import fill
from types import ModuleType

from shoal.catalog.questions import QUESTIONS
from shoal.observability.declaring import MOST_OF_PROJECT, OTHER, Declared, Values, declared_metrics

EVERY_SERVICE = "shared"
_INTRODUCTION = f"""<!-- Written by `make docs`; the text comes from the modules of metrics. -->

# Metrics

Every service serves its metrics at `/metrics` on its admin port, for Prometheus. Series whose labels all have
known values start at 0. Values that users choose are names of projects, campaigns, providers and classes; one
metric has at most {MOST_OF_PROJECT} series of a project, and `{OTHER}` stands for the rest: it shows the sum of
amounts, the largest age, and nothing for a ratio. Gauges that are read from PostgreSQL are the same in every
replica: take their maximum, not their sum. They are read every `SHOAL_METRICS_INTERVAL_S` seconds; the loop
`measure` has the time of the last reading in `shoal_loop_success_timestamp_seconds`. Beside these, every
process exports the `process_` metrics of its client library: CPU, memory and open files.

## Which series answers my question?
"""


def render_metrics(modules: Mapping[str, ModuleType]) -> str:
    """Return the page: a table of the metrics that every service has, then one a service."""
    lines = [
        _INTRODUCTION,
        *_question_lines(),
        "## Every service",
        "",
        *_metrics_table(modules[EVERY_SERVICE]),
    ]
    for name, module in modules.items():
        if name != EVERY_SERVICE:
            lines += [f"## {name}", "", *_metrics_table(module)]
    return "\n".join(lines).rstrip() + "\n"


def _question_lines() -> Iterator[str]:
    for heading, questions in QUESTIONS.items():
        yield from (f"### {heading}", "")
        for question, answer in questions:
            yield from (fill(question, 110), "```promql", answer, "```", "")


def _metrics_table(module: ModuleType) -> Iterator[str]:
    yield from ("| metric | type | labels | meaning |", "|---|---|---|---|")
    for metric in declared_metrics(module):
        yield f"| `{metric.name}` | {metric.kind} | {_label_cell(metric)} | {metric.documentation} |"
    yield ""


def _label_cell(metric: Declared) -> str:
    return ", ".join(_label_text(name, values) for name, values in metric.labels.items())


def _label_text(name: str, values: Values) -> str:
    return f"`{name}`" if values is None else f"`{name}` ({', '.join(values)})"
