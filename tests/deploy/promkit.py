"""PromQL in rules and boards: the series that an expression selects, and what services really export."""

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import promql_parser as promql
import pytest
import yaml

from shoal.catalog.documents import METRICS, load_registered
from shoal.observability.declaring import Values

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "deploy" / "prometheus"
RULES = PROMETHEUS / "rules"
TARGET_LABELS: dict[str, Values] = dict.fromkeys(("namespace", "job", "instance", "pod"))
"""Labels that Prometheus adds to every series that it scrapes."""
PROMETHEUS_OWN = {"up": TARGET_LABELS}
SUFFIXES = {"histogram": ("_bucket", "_count", "_sum")}
Rule = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Selector:
    """One selected metric. matchers: (label, operator, value)."""

    metric: str
    matchers: tuple[tuple[str, str, str], ...]


def required_tool(name: str, package: str) -> str:
    """Return a program's path; without it the test is skipped, or fails with SHOAL_REQUIRE_TOOLS."""
    program = shutil.which(name)
    if program is None:
        if os.environ.get("SHOAL_REQUIRE_TOOLS"):
            pytest.fail(f"{name} is not installed: apt-get install {package}")
        pytest.skip(f"needs {name}: apt-get install {package}")
    return program


def rule_files() -> list[Path]:
    """Return the files of rules."""
    return sorted(RULES.glob("*.yaml"))


def load_rules() -> list[Rule]:
    """Return every rule of every file."""
    return [rule for path in rule_files() for group in load_groups(path) for rule in group["rules"]]


def load_groups(path: Path) -> list[dict[str, Any]]:
    """Return the groups of rules of a file."""
    groups: list[dict[str, Any]] = yaml.safe_load(path.read_text("utf-8"))["groups"]
    return groups


def foreign_prefixes() -> tuple[str, ...]:
    """Return how the metrics of other programs begin, as the heads of the files of rules name them."""
    lines = re.findall(
        r"^# not exported by Shoal: (.+)$", "\n".join(p.read_text("utf-8") for p in rule_files()), re.M
    )
    return tuple(name.strip().removesuffix("*") for line in lines for name in line.split(","))


def find_nodes(expression: str, kind: type) -> list[Any]:
    """Return the parts of an expression that have a type."""
    nodes: list[Any] = []
    promql.walk(promql.parse(expression), lambda node: nodes.append(node) or True)
    # A range selector holds its vector selector, which is visited as well or not, by version.
    inner = [node.vector_selector for node in nodes if isinstance(node, promql.MatrixSelector)]
    return [node for node in _unique(nodes + inner) if isinstance(node, kind)]


def _unique(nodes: list[Any]) -> Iterator[Any]:
    texts: set[str] = set()
    for node in nodes:
        if not isinstance(node, promql.VectorSelector) or str(node) not in texts:
            texts.add(str(node))
            yield node


def selectors_of(expression: str) -> list[Selector]:
    """Return what an expression selects."""
    return [_selector_of(node) for node in find_nodes(expression, promql.VectorSelector)]


def _selector_of(node: Any) -> Selector:
    signs = {"Equal": "=", "NotEqual": "!=", "Re": "=~", "NotRe": "!~"}
    matchers = [
        (matcher.name, signs[str(matcher.op).rpartition(".")[2]], matcher.value)
        for matcher in node.matchers.matchers
    ]
    names = [value for label, _, value in matchers if label == "__name__"]
    rest = tuple(matcher for matcher in matchers if matcher[0] != "__name__")
    return Selector(node.name or names[0], rest)


@cache
def exported_series() -> Mapping[str, Mapping[str, Values]]:
    """Return the labels of every series that a service exports, with their known values, by name."""
    series: dict[str, Mapping[str, Values]] = dict(PROMETHEUS_OWN)
    for module in load_registered(METRICS).values():
        for metric in vars(module).values():
            declared = getattr(metric, "declared", None)
            if declared is None:
                continue
            labels = {**declared.labels, **TARGET_LABELS}
            for suffix in SUFFIXES.get(declared.kind, ("",)):
                bounds = [str(float(bound)) for bound in getattr(metric, "_upper_bounds", ())]
                buckets = {"le": [bound.replace("inf", "+Inf") for bound in bounds]}
                series[declared.name + suffix] = {**labels, **(buckets if suffix == "_bucket" else {})}
    return series


def recorded_series() -> Mapping[str, Mapping[str, Values]]:
    """Return the labels that a recorded series may have, by name."""
    series: dict[str, dict[str, Values]] = {}
    rules = [rule for rule in load_rules() if "record" in rule]
    for _ in range(4):  # a record may build on another one, which builds on a third
        for rule in rules:
            labels = series.setdefault(rule["record"], {})
            labels |= dict.fromkeys(rule.get("labels", {}))
            labels |= dict.fromkeys(labels_named(rule["expr"]))
            for selector in selectors_of(rule["expr"]):
                labels |= series.get(selector.metric, {})
    return series


def labels_named(expression: str) -> set[str]:
    """Return the labels by which an expression groups its results."""
    aggregates = find_nodes(expression, promql.AggregateExpr)
    return {
        label
        for node in aggregates
        if node.modifier is not None and node.modifier.type == promql.AggModifierType.By
        for label in node.modifier.labels
    }


def expression_faults(
    expression: str, series: Mapping[str, Mapping[str, Values]], foreign: tuple[str, ...] = ()
) -> list[str]:
    """Return what an expression selects that is never exported or recorded."""
    faults = []
    for selector in selectors_of(expression):
        if foreign and selector.metric.startswith(foreign):
            continue
        labels = series.get(selector.metric)
        if labels is None:
            faults.append(f"{selector.metric} is not exported")
            continue
        for label, sign, value in selector.matchers:
            if label not in labels:
                faults.append(f"{selector.metric} has no label {label}")
            elif not _is_possible(labels[label], sign, value):
                faults.append(f"{selector.metric}: {label}{sign}{value!r} selects nothing")
    return [*faults, *_grouping_faults(expression, series)]


def _is_possible(known: Values, sign: str, value: str) -> bool:
    if known is None:
        return True
    if sign in ("=", "!="):
        return value in known
    return any(re.fullmatch(value, one) for one in known)


def _grouping_faults(expression: str, series: Mapping[str, Mapping[str, Values]]) -> Iterator[str]:
    """Yield the labels by which an expression groups series that do not have them."""
    for aggregate in find_nodes(expression, promql.AggregateExpr):
        wanted = labels_named(str(aggregate.prettify()))
        made = set(re.findall(r'label_replace\(.*?,\s*"([a-z]+)"', aggregate.prettify(), re.DOTALL))
        for selector in selectors_of(aggregate.prettify()):
            labels = series.get(selector.metric)  # None has a fault of its own
            for label in sorted(wanted - made - set(labels)) if labels is not None else ():
                yield f"{selector.metric} has no label {label} to group by"
