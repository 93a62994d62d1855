"""Which labels the result of a query has, given what services export and rules record."""

from functools import cache
from typing import Any

import promql_parser as promql

from deploy.promkit import TARGET_LABELS, exported_series, load_rules

OF_TARGETS = frozenset(TARGET_LABELS)
OF_PROCESSES = ("process_cpu_seconds_total", "process_resident_memory_bytes")
"""What prometheus-client exports for every process."""
TO_SCALAR = frozenset({"scalar", "time", "pi"})
FOREIGN = {
    "kafka_consumergroup_lag": frozenset({"consumergroup", "topic", "partition"}),
    "kafka_topic_partition_current_offset": frozenset({"topic", "partition"}),
}
"""Series of kafka_exporter, which rules use where it runs."""
SET_OPERATORS = frozenset({"or", "and", "unless"})
Labels = frozenset[str]


class UnknownSeries(Exception):
    """No service exports the metric, and no rule records it."""


class UnknownLabel(Exception):
    """A query selects or groups by a label that its series lack, or joins series of other labels."""


@cache
def recorded_series() -> dict[str, list[tuple[str, Labels]]]:
    """Return the expressions and fixed labels of every recorded series, by name."""
    series: dict[str, list[tuple[str, Labels]]] = {}
    for rule in load_rules():
        if "record" in rule:
            fixed = frozenset(rule.get("labels", {}))
            series.setdefault(rule["record"], []).append((rule["expr"], fixed))
    return series


@cache
def labels_of_series(name: str) -> Labels:
    """Return the labels of an exported or recorded series. Raises UnknownSeries."""
    if name in exported_series():
        return frozenset(exported_series()[name])
    if name in OF_PROCESSES:
        return OF_TARGETS
    if name in FOREIGN:
        return FOREIGN[name] | OF_TARGETS
    if name in recorded_series():
        found = [labels_of_result(promql.parse(expr)) | fixed for expr, fixed in recorded_series()[name]]
        return frozenset.union(*found)
    raise UnknownSeries(name)


def labels_of_result(node: Any) -> Labels:
    """Return the labels that the series of an expression may have.

    Raises UnknownLabel where it selects, groups or joins by a label that its series do not have.
    """
    match node:
        case promql.VectorSelector():
            return _labels_of_selector(node)
        case promql.MatrixSelector():
            return _labels_of_selector(node.vector_selector)
        case promql.AggregateExpr():
            return _labels_of_aggregate(node)
        case promql.BinaryExpr():
            return _labels_of_binary(node)
        case promql.Call():
            return _labels_of_call(node)
        case promql.ParenExpr() | promql.UnaryExpr() | promql.SubqueryExpr():
            return labels_of_result(node.expr)
    return frozenset()


def selectors_in(node: Any) -> list[Any]:
    """Return the selectors of an expression."""
    match node:
        case promql.VectorSelector():
            return [node]
        case promql.MatrixSelector():
            return [node.vector_selector]
        case promql.BinaryExpr():
            return selectors_in(node.lhs) + selectors_in(node.rhs)
        case promql.Call():
            return [selector for argument in node.args for selector in selectors_in(argument)]
        case promql.AggregateExpr() | promql.ParenExpr() | promql.UnaryExpr() | promql.SubqueryExpr():
            return selectors_in(node.expr)
    return []


def name_of_selector(selector: Any) -> str:
    """Return the name of a selector's series; for several names, their pattern."""
    names = [matcher.value for matcher in selector.matchers.matchers if matcher.name == "__name__"]
    return str(selector.name or names[0])


def _labels_of_selector(selector: Any) -> Labels:
    names = name_of_selector(selector).split("|")
    labels = frozenset.intersection(*(labels_of_series(name) for name in names))
    used = {matcher.name for matcher in selector.matchers.matchers} - {"__name__"}
    if not used <= labels:
        raise UnknownLabel(f"{', '.join(names)} has no label {', '.join(sorted(used - labels))}")
    return labels


def _labels_of_aggregate(node: Any) -> Labels:
    labels = labels_of_result(node.expr)
    if node.modifier is None:
        return frozenset()
    named = frozenset(node.modifier.labels)
    if node.modifier.type == promql.AggModifierType.Without:
        return labels - named
    if not named <= labels | OF_TARGETS:
        raise UnknownLabel(f"no label {', '.join(sorted(named - labels))} in {node.expr.prettify()}")
    return named


def _labels_of_binary(node: Any) -> Labels:
    left, right = labels_of_result(node.lhs), labels_of_result(node.rhs)
    if _is_scalar(node.lhs) or _is_scalar(node.rhs):
        return left | right
    if str(node.op) in SET_OPERATORS:
        return left | right if str(node.op) == "or" else left
    matching = node.modifier and node.modifier.matching
    if not matching and left != right:
        raise UnknownLabel(f"joins {sorted(left)} with {sorted(right)}: {node.prettify()}")
    return left


def _labels_of_call(node: Any) -> Labels:
    if node.func.name in TO_SCALAR:
        return frozenset()
    labels = frozenset[str]().union(*(labels_of_result(argument) for argument in node.args))
    if node.func.name == "label_replace":
        return labels | {node.args[1].val}
    return labels - {"le"} if node.func.name == "histogram_quantile" else labels


def _is_scalar(node: Any) -> bool:
    if isinstance(node, promql.ParenExpr):
        return _is_scalar(node.expr)
    return isinstance(node, promql.NumberLiteral) or (
        isinstance(node, promql.Call) and node.func.name in TO_SCALAR
    )
