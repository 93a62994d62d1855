"""The name that somebody probably meant."""

import random
from time import process_time

import pytest

from shoal.suggestions import closest_name


@pytest.mark.parametrize(
    ("name", "expected"), [("earnn", "earn"), ("Earn ", "earn"), ("crud", "crude"), ("politics", None)]
)
def test_the_most_similar_name_is_suggested(name: str, expected: str | None) -> None:
    assert closest_name(name, ["earn", "acq", "crude"]) == expected


def test_case_and_blanks_do_not_hide_one_name_among_thousands() -> None:
    assert closest_name(" N7 ", [f"n{number}" for number in range(10_000)]) == "n7"


def test_long_names_of_few_letters_cost_no_time() -> None:
    draw = random.Random(1)
    names = ["".join(draw.choices("ab", k=199)) for _ in range(500)]
    begin = process_time()  # the time on the clock grows with the work of others
    assert closest_name("".join(draw.choices("ab", k=199)), names) is None
    assert process_time() - begin < 5  # difflib takes 20 s
