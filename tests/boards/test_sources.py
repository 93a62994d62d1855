"""Sources of boards: what they may say, and what Grafana gets for it."""

from typing import Any

import pytest
from pydantic import ValidationError

from shoal_boards.fields import field_defaults, threshold_steps
from shoal_boards.layout import bottom_line, row_places
from shoal_boards.panels import panel_targets
from shoal_boards.sources import Look, Panel, Row, fill_matchers

STAT: dict[str, Any] = {"kind": "stat", "title": "T", "about": "A.", "size": (4, 4), "expr": "up"}


@pytest.mark.parametrize(
    ("look", "colours"),
    [
        (Look(warn=1, bad=5), [(None, "green"), (1, "#EAB839"), (5, "red")]),
        (Look(warn=0.8, bad=0.67), [(None, "red"), (0.67, "#EAB839"), (0.8, "green")]),
        (Look(), [(None, "green")]),
    ],
)
def test_limits_become_colours_in_the_order_of_values(look: Look, colours: list[Any]) -> None:
    steps = threshold_steps(look)["steps"]
    assert [(step["value"], step["color"]) for step in steps] == colours


def test_values_without_limits_have_the_colour_of_text() -> None:
    assert field_defaults(Look())["color"] == {"mode": "fixed", "fixedColor": "text"}


@pytest.mark.parametrize("change", [{"colour": "red"}, {"queries": [{"expr": "up"}]}, {"by": {"job": "Job"}}])
def test_unknown_and_contradictory_keys_are_errors(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Panel.model_validate(STAT | change)


def test_panels_fill_lines_from_left_to_right() -> None:
    panels = [Panel.model_validate(STAT | {"size": size}) for size in ((12, 4), (12, 8), (24, 3))]
    places = [grid for _, grid in row_places(Row(title="R", panels=tuple(panels)), top=1)]
    assert [(grid["x"], grid["y"]) for grid in places] == [(0, 1), (12, 1), (0, 9)]
    assert bottom_line(places) == 12


def test_matchers_are_filled_in_everywhere() -> None:
    source = {"panels": [{"expr": "a{<project>} / b{<project>, x='1'}", "about": "less <project>"}]}
    filled = fill_matchers(source, {"project": "p=~'$project'"})
    assert filled["panels"][0] == {
        "expr": "a{p=~'$project'} / b{p=~'$project', x='1'}",
        "about": "less <project>",
    }


@pytest.mark.parametrize(
    ("change", "once"), [({}, False), ({"sparkline": False}, True), ({"kind": "bargauge"}, True)]
)
def test_numbers_with_a_history_ask_for_the_time_range(change: dict[str, Any], once: bool) -> None:
    (target,) = panel_targets(Panel.model_validate(STAT | change))
    assert (target["instant"], target["range"]) == (once, not once)
