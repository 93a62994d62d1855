"""`python -m tests.bench.selection [speed|large|labels|against]`: the benches of selection."""

import sys

from rich.console import Console
from rich.table import Table
from tests.bench.selection import against, labels, large, speed
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


def show_large() -> None:
    """Print the time and memory of strategies on a million rows."""
    table = Table(
        "strategy",
        "processor, s",
        "wall, s",
        "memory, GB",
        title=f"{large.K:,} of {large.ROWS:,} x {large.D}",
    )
    lines = []
    with Console(stderr=True).status("a million rows ..."):
        for each in large.run():
            lines.append(each)
            table.add_row(
                each.strategy, f"{each.processor_s:.0f}", f"{each.wall_s:.0f}", f"{each.memory_gb:.1f}"
            )
    Console().print(table)
    put("large", large.markdown(lines))


def main(parts: list[str]) -> None:
    """Run the parts that are named, all without a name."""
    if not parts or "speed" in parts:
        show_speed()
    if not parts or "large" in parts:
        show_large()
    if not parts or "labels" in parts:
        labels.write(labels.measure())
    if not parts or "against" in parts:
        put("against", against.measure())


if __name__ == "__main__":
    main(sys.argv[1:])
