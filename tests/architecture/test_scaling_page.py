"""The tables of docs/scaling.md come from the stored numbers of the bench and its assumptions."""

from pathlib import Path

from tests.bench.scale.page import page_parts
from tests.bench.scale.result import load_result

ROOT = Path(__file__).parents[2]


def test_the_tables_are_those_of_the_stored_numbers() -> None:
    page = (ROOT / "docs/scaling.md").read_text("utf-8")
    result = load_result(ROOT / "tests/bench/scale/numbers.json")
    for part, text in page_parts(result).items():
        expected = f"<!-- {part}: begin -->\n{text}\n<!-- {part}: end -->"
        assert expected in page, f"{part}: run python -m tests.bench.scale --page-only"
