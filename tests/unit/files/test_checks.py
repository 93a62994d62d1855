"""Checks of cells: the codes of those that cannot be used."""

from shoal.files import checks
from shoal.files.checks import Check
from shoal.files.columns import EMPTY, Column, column_of


def failed_texts(check: Check, column: Column) -> list[str]:
    texts = [*column.texts, "(empty)"]
    return sorted(texts[code] for code in check("x", column))


def test_empty_cells_and_blanks_are_refused_where_a_value_is_needed() -> None:
    assert list(checks.full_cells("x", column_of(["a", None]))) == [EMPTY]
    column = Column(column_of(["a", "b", "c"]).code, ["a", " \u00a0\t", ""])  # "" as in Parquet
    assert failed_texts(checks.full_cells, column) == ["", " \u00a0\t", "(empty)"]


def test_numbers_may_be_empty_and_are_finite_where_that_is_needed() -> None:
    column = column_of(["1", " 2e3 ", None, " ", "nan", "-inf", "1,5", "one"])
    assert failed_texts(checks.number_cells, column) == ["1,5", "one"]
    assert failed_texts(checks.finite_cells, column) == ["-inf", "1,5", "nan", "one"]
    assert checks.number_cells("x", column_of(["1", None])) == {}


def test_of_numbers_and_times_in_one_column_the_rarer_ones_are_refused() -> None:
    times = ["2026-03-01T12:30:00Z", "2026-03-01 12:31", "2026-03-02"]
    assert failed_texts(checks.time_cells, column_of([*times, "5", "soon", None])) == ["5", "soon"]
    assert failed_texts(checks.time_cells, column_of([*times, "1", "2", "3", "4"])) == sorted(times)
    assert checks.time_cells("x", column_of(["1", "2.5"])) == {}


def test_lists_and_objects_are_refused_where_a_text_is_needed() -> None:
    column = Column(column_of(["a", "b"]).code, ["[1]", '{"a":1}'], frozenset({0, 1}))
    details = [fault.detail for fault in checks.plain_cells("x", column).values()]
    assert details == [": x is a list, [1]", ': x is an object, {"a":1}']


def test_bytes_that_are_no_text_are_refused_with_the_encoding_that_fits() -> None:
    column = column_of(["é", "caf\udce9"])
    (fault,) = checks.decoded_cells(column).values()
    assert fault.detail == ": byte 0xE9 is not UTF-8"
    assert fault.fix == "give --encoding latin-1, which reads 'café'"


def test_the_first_fault_of_a_cell_counts() -> None:
    column = column_of(["one", None])
    faults = checks.failed_codes("x", column, (checks.full_cells, checks.number_cells, checks.finite_cells))
    assert faults[EMPTY].detail == ": x is empty"
    assert faults[0].detail == ": x 'one' is not a number"


def test_numbers_are_written_in_the_digits_0_to_9_and_texts_have_whole_characters() -> None:
    assert failed_texts(checks.number_cells, column_of(["1_0", "\u0664", "4.5", "\u00a04"])) == [
        "1_0",
        "\u0664",
    ]
    column = column_of(["a", "\ud800b", "caf\udce9", "\u00e9"])
    faults = checks.decoded_cells(column)
    assert [faults[code].detail for code in sorted(faults)] == [
        " has half a character (a lone surrogate)",
        ": byte 0xE9 is not UTF-8",
    ]
