"""`PYTHONPATH=tests python -m tests.bench.exports [ROWS] [FORMAT ...]`: speed and memory of exports.

Prints the lines of the table in docs/datasets.md. A version of a million rows takes 1 to 2 GB of disk.
"""

import shutil
import sys
import tempfile
from pathlib import Path

from shoal.command_line.console import out
from shoal_qa.usecases.datasets.exports import FORMATS
from unit.qa.exports.largekit import KIND_OF, write_large_version
from unit.qa.exports.peakkit import measure_exports


def main(rows: int, names: list[str]) -> None:
    """Print rows, rows a second and peak memory of each format."""
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            kind = KIND_OF.get(name, "single_choice")
            source, output = Path(folder) / kind, Path(folder) / "out"
            if not source.exists():
                write_large_version(source, kind, rows)
            (found,) = measure_exports(name, output, source)
            rate, peak = found.rows / found.seconds, found.peak / 1e6
            out.print(f"| `{name}` | {rate:,.0f} | {peak:,.0f} MB |", highlight=False)
            shutil.rmtree(output)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, sys.argv[2:] or list(FORMATS))
