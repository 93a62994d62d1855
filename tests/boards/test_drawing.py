"""The pictures of the boards: numbers in Grafana's units, joined rows of tables, buckets of heatmaps."""

import pytest

from boards.drawing.charts import bucket_rows, round_top
from boards.drawing.formats import format_value
from boards.drawing.looks import FieldLook, Line, legend_of
from boards.drawing.tables import table_rows


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "text"),
    [
        (0.0, "s", 1, "0.0 s"),
        (0.25, "s", None, "250 ms"),
        (90.0, "s", 1, "1.5 min"),
        (5_400.0, "s", 1, "1.5 h"),
        (129_600.0, "s", 1, "1.5 days"),
        (0.975, "percentunit", 0, "98%"),
        (1_500.0, "locale", 0, "1,500"),
        (22.5, "locale", None, "22.5"),
        (3 * 2**20, "bytes", None, "3 MiB"),
        (9.5, "reqps", None, "9.5 req/s"),
        (float("nan"), "s", 1, "\N{EN DASH}"),
    ],
)
def test_values_have_their_unit(value: float, unit: str, decimals: int | None, text: str) -> None:
    assert format_value(value, unit, decimals) == text


def test_a_value_has_the_colour_of_the_highest_limit_it_reaches() -> None:
    steps = [
        {"value": None, "color": "green"},
        {"value": 1, "color": "#EAB839"},
        {"value": 5, "color": "red"},
    ]
    look = FieldLook({"color": {"mode": "thresholds"}, "thresholds": {"steps": steps}})
    assert [look.colour_of(value) for value in (0, 1, 7)] == ["#73BF69", "#EAB839", "#F2495C"]


def test_rows_of_several_queries_are_joined_by_their_labels() -> None:
    columns = {"Value #A": "Open", "Value #B": "Given"}
    fields = [
        {"matcher": {"options": name}, "properties": [{"id": "unit", "value": "locale"}]}
        for name in columns.values()
    ]
    panel = {
        "transformations": [{}, {"options": {"renameByName": {"project": "Project", **columns}}}],
        "fieldConfig": {"overrides": fields},
        "options": {"sortBy": [{"displayName": "Open"}]},
    }
    answers = [
        [{"metric": {"project": "a"}, "value": [0, "1"]}, {"metric": {"project": "b"}, "value": [0, "2"]}],
        [{"metric": {"project": "a"}, "value": [0, "3"]}],
    ]
    headings, rows = table_rows(panel, answers)
    assert headings == ["Project", "Open", "Given"]
    assert [[cell.text for cell in row] for row in rows] == [["b", "2", ""], ["a", "1", "3"]]


def test_a_bucket_of_a_heatmap_is_what_the_bucket_below_lacks() -> None:
    lines = [Line("1", "", [(0, 2.0)]), Line("5", "", [(0, 6.0)]), Line("+Inf", "", [(0, 6.0)])]
    assert [(bound, cells[0]) for bound, cells in bucket_rows(lines)] == [(1, 2), (5, 4), (float("inf"), 0)]


def test_axes_end_at_round_numbers() -> None:
    assert [round_top(value) for value in (0, 0.3, 9.9, 101)] == [1, 0.4, 12, 120]


def test_legends_fill_in_labels() -> None:
    assert legend_of("{{provider}} {{outcome}}", {"provider": "crowd", "outcome": "ok"}) == "crowd ok"
