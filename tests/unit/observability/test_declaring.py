"""Declared metrics: closed labels start at 0, and no project takes the series of others."""

from itertools import count

import pytest
from prometheus_client import REGISTRY

from shoal.observability.declaring import (
    MOST_OF_PROJECT,
    MOST_SERIES,
    OTHER,
    Join,
    declare_counter,
    declare_gauge,
    declare_histogram,
)

_numbers = count()


def unused_name() -> str:
    """Return the name of a metric that no test has used."""
    return f"shoal_test_metric_{next(_numbers)}"


def test_series_of_known_values_start_at_zero() -> None:
    name = unused_name()
    declare_counter(f"{name}_total", "A test", {"outcome": ("good", "bad")})
    assert REGISTRY.get_sample_value(f"{name}_total", {"outcome": "bad"}) == 0


def test_a_project_with_many_names_takes_no_series_of_others() -> None:
    name = unused_name()
    metric = declare_counter(f"{name}_total", "A test", {"project": None, "campaign": None})
    for number in range(MOST_OF_PROJECT + 50):
        metric.labels("large", f"campaign {number}").inc()
    metric.labels("small", "only").inc()
    surplus = REGISTRY.get_sample_value(f"{name}_total", {"project": "large", "campaign": OTHER})
    assert surplus == 50
    assert REGISTRY.get_sample_value(f"{name}_total", {"project": "small", "campaign": "only"}) == 1


def test_a_metric_has_a_limited_number_of_series() -> None:
    name = unused_name()
    metric = declare_counter(f"{name}_total", "A test", {"project": None, "outcome": ("good", "bad")})
    for number in range(MOST_SERIES + 10):
        metric.labels(f"project {number}", "good").inc()
    surplus = REGISTRY.get_sample_value(f"{name}_total", {"project": OTHER, "outcome": "good"})
    assert surplus == MOST_SERIES + 10 - 3 * MOST_SERIES // 4  # half of them with a second series, at 0


def test_the_first_series_of_a_project_starts_its_other_known_values_at_zero() -> None:
    name = unused_name()
    metric = declare_counter(f"{name}_total", "A test", {"project": None, "outcome": ("good", "bad")})
    metric.labels("newsdesk", "good").inc()
    assert REGISTRY.get_sample_value(f"{name}_total", {"project": "newsdesk", "outcome": "bad"}) == 0
    assert REGISTRY.get_sample_value(f"{name}_total", {"project": "fish", "outcome": "bad"}) is None


def test_many_values_are_observed_as_one_by_one() -> None:
    names = unused_name(), unused_name()
    amounts = [0.0, 0.5, 1.0, 1.0001, 7.0, 99.0]
    one, many = (
        declare_histogram(f"{name}_seconds", "A test", {"project": None}, buckets=(0.5, 1, 10))
        for name in names
    )
    for amount in amounts:
        one.labels("newsdesk").observe(amount)
    many.labels("newsdesk").observe_all(amounts)
    many.labels("newsdesk").observe_all([])
    samples = [
        {
            (sample.name.removeprefix(name), sample.labels.get("le")): sample.value
            for family in metric.collect()
            for sample in family.samples
        }
        for name, metric in zip(names, (one, many), strict=True)
    ]
    assert samples[0] == samples[1]
    assert samples[0]["_seconds_bucket", "1.0"] == 3


def test_replacing_removes_series_and_keeps_known_values() -> None:
    name = unused_name()
    metric = declare_gauge(name, "A test", {"project": None})
    metric.replace({("newsdesk",): 3.0, ("fish",): 1.0})
    metric.replace({("fish",): 2.0})
    assert REGISTRY.get_sample_value(name, {"project": "newsdesk"}) is None
    assert REGISTRY.get_sample_value(name, {"project": "fish"}) == 2

    closed = unused_name()
    states = declare_gauge(closed, "A test", {"state": ("open", "done")})
    states.replace({("open",): 4.0})
    states.replace({})
    assert REGISTRY.get_sample_value(closed, {"state": "open"}) == 0


@pytest.mark.parametrize("passes", [1, 2])
def test_replacing_adds_up_what_is_above_the_limit(passes: int) -> None:
    name = unused_name()
    metric = declare_gauge(name, "A test", {"project": None, "campaign": None})
    series = {("large", f"campaign {number}"): 1.0 for number in range(MOST_OF_PROJECT + 20)}
    for _ in range(passes):
        metric.replace(series)
    assert REGISTRY.get_sample_value(name, {"project": "large", "campaign": OTHER}) == 20


def large_project(value: float) -> dict[tuple[str, str], float]:
    """Return 20 series more than the limit of a project; those above it have `value` or half of it."""
    few = {("large", f"campaign {number}"): 1.0 for number in range(MOST_OF_PROJECT)}
    return few | {("large", f"more {number}"): value / (1 + number % 2) for number in range(20)}


@pytest.mark.parametrize(("join", "expected"), [(max, 0.75), (min, 0.375), (None, None)])
def test_ages_and_ratios_above_the_limit_are_not_added_up(join: Join, expected: float | None) -> None:
    name = unused_name()
    metric = declare_gauge(name, "A test", {"project": None, "campaign": None}, join=join)
    for _ in range(2):
        metric.replace(large_project(0.75))
    assert REGISTRY.get_sample_value(name, {"project": "large", "campaign": OTHER}) == expected
    assert REGISTRY.get_sample_value(name, {"project": "large", "campaign": "campaign 7"}) == 1


def test_a_series_that_is_the_rest_already_keeps_its_value() -> None:
    name = unused_name()
    metric = declare_gauge(name, "A test", {"project": None, "campaign": None})
    metric.replace({("large", OTHER): 5.0, **large_project(0.5)})
    assert REGISTRY.get_sample_value(name, {"project": "large", "campaign": OTHER}) == 5 + 1 + 20 * 0.375
