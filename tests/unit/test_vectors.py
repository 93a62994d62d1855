"""Vectors as bytes: what clients send is read or refused with the fault, and rows keep their values."""

import base64
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shoal.vectors import MOST, BadVector, read_vector, rows_to_bytes, to_bytes, unit_vector, vector_bytes

NUMBERS = [1.5, -2.0, 0.25]
BYTES = struct.pack("<3f", *NUMBERS)
finite = st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), min_size=1, max_size=20).filter(
    any
)


@pytest.mark.parametrize("value", [NUMBERS, BYTES, base64.b64encode(BYTES).decode(), (1.5, -2, 0.25)])
def test_numbers_bytes_and_base64_are_the_same_vector(value: object) -> None:
    assert vector_bytes(value) == BYTES  # type: ignore[arg-type]


@given(finite)
def test_what_is_written_is_read_again(numbers: list[float]) -> None:
    assert read_vector(to_bytes(numbers), len(numbers)).tolist() == numbers
    assert vector_bytes(numbers) == to_bytes(numbers)


@given(finite)
def test_a_unit_vector_has_length_1_and_the_direction_of_its_vector(numbers: list[float]) -> None:
    unit = unit_vector(to_bytes(numbers), len(numbers)).astype(np.float64)
    assert np.linalg.norm(unit) == pytest.approx(1, abs=1e-6)
    assert unit == pytest.approx(np.array(numbers) / np.linalg.norm(numbers), abs=1e-6)


def test_a_vector_longer_than_float32_can_say_has_a_direction() -> None:
    assert unit_vector(to_bytes([3e38, 3e38]), 2) == pytest.approx([0.5**0.5] * 2)


@pytest.mark.parametrize("read", [read_vector, unit_vector])
@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (BYTES[:-1], r"11 bytes, but 3 float32 numbers have 12"),
        (BYTES + BYTES, r"24 bytes, but 3 float32 numbers have 12"),
        (struct.pack("<3f", 1, float("nan"), float("inf")), r"entry 1 is not a finite float32 number"),
        (struct.pack("<3f", 0, 0, 0), r"every entry is zero"),
    ],
)
def test_bytes_that_cannot_be_compared_are_refused(read: object, data: bytes, fault: str) -> None:
    with pytest.raises(BadVector, match=fault):
        read(data, 3)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ([], "0 numbers; send 1 to 65536"),
        ([1.0] * (MOST + 1), "65537 numbers"),
        ([0.0, 0], "every entry is zero"),
        ([1.0, "2"], "entry 1 is not a number"),
        ([True], "entry 0 is not a number"),
        ([1.0, 1e39], "entry 1 is not a finite"),
        ([10**400], "not a finite"),
        ([1.0, float("nan")], "entry 1 is not a finite"),
        ("AAA", "not base64"),
        ("ü", "not base64"),
        (BYTES[:-1], "11 bytes are not whole"),
        (None, "neither a list of numbers"),
        ({"a": 1}, "neither a list of numbers"),
    ],
)
def test_what_is_no_vector_is_refused_with_its_fault(value: object, fault: str) -> None:
    with pytest.raises(BadVector, match=fault):
        vector_bytes(value)  # type: ignore[arg-type]


def test_rows_become_bytes_one_by_one_also_of_a_view() -> None:
    rows = np.arange(12, dtype=np.float32).reshape(3, 4)
    assert rows_to_bytes(rows[:, ::2]) == [struct.pack("<2f", *row) for row in rows[:, ::2]]
