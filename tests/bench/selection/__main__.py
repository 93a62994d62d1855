"""`python -m tests.bench.selection [speed|labels|against]`: the selection engine alone."""

import sys

from rich.console import Console
from rich.table import Table
from tests.bench.selection import against, labels, speed
from tests.bench.selection.document import put


def show_speed() -> None:
    """Print how fast strategies are."""
    err = Console(stderr=True)
    table = Table(
        "work", "Shoal, s", "yardstick, s", "times as fast", "yardstick is", "", title="selection, 2 threads"
    )
    with err.status("selection ..."):
        timings = []
        for each in speed.run():
            timings.append(each)
            cells = (f"{each.ours:.2f}", f"{each.theirs:.2f}", f"{each.theirs / each.ours:.2f}")
            table.add_row(each.work, *cells, each.yardstick, each.note)
            err.print(f"{each.work}: {cells[0]} s, {each.yardstick} {cells[1]} s {each.note}")
        told = speed.duplicates()
    Console().print(table)
    Console().print(told)
    put("speed", speed.markdown(timings, told))


def main(parts: list[str]) -> None:
    """Run the parts that are named, all without a name."""
    if not parts or "speed" in parts:
        show_speed()
    if not parts or "labels" in parts:
        labels.write(labels.measure())
    if not parts or "against" in parts:
        put("against", against.measure())


if __name__ == "__main__":
    main(sys.argv[1:])
