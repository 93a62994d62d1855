"""Declared metrics: closed labels start at 0, and no project takes the series of others."""

from itertools import count

import pytest
from prometheus_client import REGISTRY

from shoal.observability.declaring import MOST_OF_PROJECT, MOST_SERIES, OTHER, declare_counter, declare_gauge

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
    assert REGISTRY.get_sample_value(f"{name}_total", {"project": OTHER, "outcome": "good"}) == 10


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
