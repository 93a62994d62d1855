"""`python -m tests.bench.quality [speed|scale|public|simulated|stopping|errors]`: the benches of quality."""

import sys
import warnings

from rich.console import Console
from tests.bench.quality import accuracy, errors, speed, stopping
from tests.bench.quality.document import put

warnings.filterwarnings("ignore")
err = Console(stderr=True)


def show_speed() -> None:
    """Measure against other libraries."""
    found = []
    for line in speed.lines():
        err.print("  ".join(line.cells()))
        found.append(line)
        put("speed", speed.markdown(found))
    # No command reads comparisons, so the documents leave them out.
    err.print("  ".join(speed.bradley_terry().cells()))


def show_scale() -> None:
    """Measure how time and memory grow with the votes."""
    put("scale", speed.scale())


def show_public() -> None:
    """Compare answers on public crowds; without the sets, their table stays as it is."""
    for table in accuracy.on_public_sets():
        put("public", table)


def show_simulated() -> None:
    """Compare answers on simulated crowds."""
    for table in accuracy.on_simulated_crowds():
        put("simulated", table)


def show_stopping() -> None:
    """Compare the rule with fixed numbers of votes on public crowds."""
    for table in stopping.tables():
        put("stopping", table)


def show_errors() -> None:
    """Compare label errors."""
    put("errors", errors.table())


PARTS = {
    "speed": show_speed,
    "scale": show_scale,
    "public": show_public,
    "simulated": show_simulated,
    "stopping": show_stopping,
    "errors": show_errors,
}

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
