"""Versions of drawn answers: usual ones, and ones with odd texts and names."""

from typing import Any

from hypothesis import strategies as st

from shoal_qa.usecases.datasets.exports import FORMATS
from unit.answers.kinds import VALID
from unit.qa.exports.exportkit import Row, make_row
from unit.qa.exports.oddkit import odd_cases

SCHEMA_KIND = {kind: {"class": "single_choice", "classes": "multi_choice"}.get(kind, kind) for kind in VALID}
HELD = [(kind, name) for kind in VALID for name, kinds in FORMATS.items() if SCHEMA_KIND[kind] in kinds]
"""Kinds of answers with the formats that hold them."""


def drawn_rows(data: st.DataObject, kind: str) -> tuple[Any, list[Row]]:
    """Return a schema and one to four rows of its answers."""
    drawn = data.draw(st.lists(st.one_of(VALID[kind], odd_cases(kind)), min_size=1, max_size=4))
    cases = [case for case in drawn if case[0] == drawn[0][0]]
    return cases[0][0], [make_row(number, case[1], case[2]) for number, case in enumerate(cases)]
