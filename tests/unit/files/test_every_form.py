"""The same table reads equal from every form and encoding."""

import re
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import example, given, note, settings
from hypothesis import strategies as st

from shoal.files.tables import Table, read_table
from unit.files.formskit import Columns, Form, cell_text, forms

FORMS = forms()
NAMES = ["task", "label", "free text", "Größe", "score", "count", "checked"]
PARTS = [
    ",",
    ";",
    "\t",
    "|",
    '"',
    "'",
    "\n",
    "\r\n",
    "a",
    "B",
    "0",
    "1",
    ".5",
    "-",
    " ",
    "é",
    "ß",
    "Ä",
    "日本",
    "🦈",
]
texts = st.none() | st.lists(st.sampled_from(PARTS), min_size=1, max_size=6).map("".join)
numbers = st.none() | st.floats(-1e6, 1e6, width=32)
counts = st.none() | st.integers(-(2**53), 2**53)
flags = st.none() | st.booleans()
NASTY: Columns = {
    "task": [
        "a,b",
        "a;b\tc|d",
        'say "no"',
        "two\nlines",
        "two\r\nlines",
        " padded ",
        None,
        "01067",
        "é…日本",
    ],
    "label": ["", " ", '"', "'", "\n", "1", "1.0", "true", "null"],
    "score": [0.5, None, -1.25, 1e-3, 100000.5, 3.0, 0.1, 2.5, 1.0],
    "count": [1, 2, None, -4, 2**53, 6, 7, 8, 0],
    "checked": [True, False, None, True, True, False, False, True, None],
}
WESTERN: Columns = {"task": ["café;a", "naïve, so", None, "Größe"], "label": ["ä", "ß", "é\nè", " "]}


@st.composite
def tables(draw: st.DrawFn) -> Columns:
    kinds = dict.fromkeys(NAMES, texts) | {"score": numbers, "count": counts, "checked": flags}
    names = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=5, unique=True))
    rows = draw(st.integers(1, 5))
    return {name: draw(st.lists(kinds[name], min_size=rows, max_size=rows)) for name in names}


@given(columns=tables())
@example(columns=NASTY)
@example(columns=WESTERN)
@settings(max_examples=20)
def test_a_table_reads_equal_from_every_form(columns: Columns) -> None:
    assert_read_equal(FORMS, columns)


@given(cells=st.lists(texts, min_size=2, max_size=5))
@example(cells=["a,b", None, "c;d", " ", "two\n\nlines", None])
@settings(max_examples=20)
def test_a_single_column_reads_equal_from_every_form_that_quotes(cells: list[str | None]) -> None:
    forms = [form for form in FORMS if not re.match("CSV|.*(as needed|, under)", form.name)]
    assert_read_equal(forms, {"label": cells})


def assert_read_equal(forms: Sequence[Form], columns: Columns) -> None:
    with TemporaryDirectory() as folder:
        for form in forms:
            if form.holds(columns):
                note(f"form: {form}")
                table = read_table(form.file(Path(folder), columns), "votes", list(columns), form.options)
                assert_equal(table, columns)


def assert_equal(table: Table, columns: Columns) -> None:
    assert table.rows == len(next(iter(columns.values())))
    for name, cells in columns.items():
        if name in ("score", "count"):
            numbers = [np.nan if cell is None else float(cell) for cell in cells]
            assert np.array_equal(table.numbers(name), numbers, equal_nan=True)
        else:
            texts = [cell_text(cell) for cell in cells]
            assert table.texts(name) == texts
            assert table.coded(name).names == sorted({text.strip() for text in texts} - {""})
