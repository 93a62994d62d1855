"""The result as tables: on the terminal, and in docs/scaling.md."""

from collections.abc import Sequence
from dataclasses import fields

from rich.console import Console
from rich.table import Table
from tests.bench.document import put_into
from tests.bench.scale.result import Result
from tests.bench.scale.rows import (
    COST_HEADS,
    LIMIT_HEADS,
    REPLICA_HEADS,
    SIZE_HEADS,
    cost_rows,
    label_rows,
    limit_rows,
    replica_rows,
    size_row,
    table_rows,
)
from tests.bench.scale.sizing import RATES, Assumptions, cost_of_inference, size_for

PAGE_NAME = "scaling.md"


def print_result(result: Result) -> None:
    """Print what was measured."""
    for title, heads, rows in (
        ("cost of a record, one replica", COST_HEADS, cost_rows(result)),
        ("replicas", REPLICA_HEADS, replica_rows(result)),
        ("limits", LIMIT_HEADS, limit_rows(result, Assumptions())),
    ):
        table = Table(*heads, title=title)
        for row in rows:
            table.add_row(*row)
        Console().print(table)


def write_page(result: Result) -> None:
    """Write the tables of docs/scaling.md."""
    for part, text in page_parts(result).items():
        put_into(PAGE_NAME, part, text)


def page_parts(result: Result) -> dict[str, str]:
    """Return the parts of docs/scaling.md that are generated, by name."""
    given = Assumptions()
    assumptions = [[item.metadata["text"], f"{getattr(given, item.name):g}"] for item in fields(given)]
    return {
        "machine": _machine_line(result),
        "cost": to_markdown(COST_HEADS, list(cost_rows(result))),
        "tables": to_markdown(("table", "rows", "bytes a row, with indexes"), list(table_rows(result))),
        "replicas": to_markdown(REPLICA_HEADS, list(replica_rows(result))),
        "labels": to_markdown(("work", "value"), list(label_rows(result))),
        "limits": to_markdown(LIMIT_HEADS, list(limit_rows(result, given))),
        "assumptions": to_markdown(("assumption", "value"), assumptions),
        "size of vectors": _size_table(result, given, texts=False),
        "size of texts": _size_table(result, given, texts=True),
    }


def _size_table(result: Result, given: Assumptions, *, texts: bool) -> str:
    costs = cost_of_inference(result, texts=texts)
    return to_markdown(SIZE_HEADS, [size_row(size_for(rate, costs, given)) for rate in RATES])


def _machine_line(result: Result) -> str:
    machine = result.machine
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gib']} GiB; {machine['kafka']};\n"
        f"PostgreSQL and Qdrant's engine of the embedded stack on the same cores; Python {machine['python']};\n"
        f"load average at the start {machine['load_at_start']}."
    )


def to_markdown(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table in Markdown."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
