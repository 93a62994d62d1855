"""Turned boxes and outlines without an area, as all readers of answers judge them."""

import pytest

from shoal.outlines import encloses_area, is_rotated


@pytest.mark.parametrize("degrees", [None, "", 0, 0.0, "0.0", 360, -720, 1e-9, 359.9999999])
def test_whole_turns_and_the_rests_of_rounding_are_no_rotation(degrees: object) -> None:
    assert not is_rotated(degrees)


@pytest.mark.parametrize("degrees", [90, "12.5", -0.5, float("nan"), float("inf"), "north", [0], 10**400])
def test_other_angles_and_odd_values_are_a_rotation(degrees: object) -> None:
    assert is_rotated(degrees)


def test_points_on_one_line_enclose_nothing() -> None:
    line = [(0.1 * step, 0.3 * step) for step in range(5)]
    assert not any(map(encloses_area, ([], line[:1] * 3, line, line[::-1])))
    assert encloses_area([*line, (0.4, 1.20001)])
    assert encloses_area([(0, 0), (1, 1), (1, 0), (0, 1)])  # crosses itself
