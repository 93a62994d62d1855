"""`make bench`: rates as ratios, each measured side by side with its yardstick in one run."""

import asyncio
import os
from pathlib import Path

from rich.console import Console
from rich.table import Table
from tests.bench import annotators, embedder_path, file_tables, http_api
from tests.bench.ratio import Ratio

from shoal_local.stack import Stack

os.environ.setdefault("SHOAL_CACHE", str(Path(__file__).parents[2] / ".cache"))


def main() -> None:
    """Run every bench on one stack and print the table."""
    err, found = Console(stderr=True), list[Ratio]()
    with err.status("reading of tables ..."):
        found += file_tables.run()
    with Stack() as stack:
        for name, bench in (
            ("HTTP API", http_api.run),
            ("embedder", embedder_path.run),
            ("annotators", annotators.run),
        ):
            with err.status(f"{name} ..."):
                found += asyncio.run(bench(stack))
    table = Table(
        "work", "Shoal", "yardstick", "ratio", "yardstick is", title="per second; best of 3, alternating"
    )
    for each in found:
        table.add_row(
            each.work,
            f"{each.ours:,.0f}",
            f"{each.theirs:,.0f}",
            f"{each.ours / each.theirs:.2f}",
            each.yardstick,
        )
    Console().print(table)


if __name__ == "__main__":
    main()
