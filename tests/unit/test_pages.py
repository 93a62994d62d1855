"""Plots of extreme values."""

import pytest

from shoal.pages import Dot, Series, Shares, curves, intervals, matrix, parts_of_a_whole, start_of_axis


@pytest.mark.parametrize("value", [0.0, 0.5, 1.0])
def test_a_curve_of_equal_values_has_a_height(value: float) -> None:
    drawn = curves(
        [Series("flat", "red", [(1.0, value, value, value), (2.0, value, value, value)])], "x", "y"
    )
    assert "nan" not in drawn
    assert drawn.count("<circle") == 2


def test_a_plot_starts_where_round_numbers_do() -> None:
    assert [start_of_axis(least) for least in (-1, 0, 0.49, 0.5, 0.79, 0.8, 0.93, 0.99)] == [
        0, 0, 0, 0.5, 0.5, 0.8, 0.9, 0.95,
    ]  # fmt: skip
    drawn = Shares("x", "y", dots=[Dot(0.9, 0.85, 0.2, 1.0, 4, "<dot>")], bottom=0.8, left=0.5).svg()
    for tick in ("50 %", "60 %", "80 %", "84 %", "100 %"):
        assert f">{tick}</text>" in drawn
    assert "<title>&lt;dot&gt;</title>" in drawn
    assert 'y1="256.0"' in drawn  # what lies below the axis ends at it


def test_names_are_cut_and_escaped() -> None:
    name = "<a name that is much too long>"
    for drawn in (
        intervals([(name, 0.5, 0.4, 0.6, "1 vote")], 0.5),
        matrix([name], [[1.0]], "truth", "said"),
    ):
        assert "&lt;a name" in drawn
        assert "…</text>" in drawn
    assert "&lt;b&gt;: 2" in parts_of_a_whole([("<b>", 2, "red"), ("none", 0, "blue")])
