"""Memory of freezing: a row group, and about 150 bytes of each sample, measured in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

TESTS = Path(__file__).parents[3]
ROWS = 15_000  # more than a row group, which is in memory


def test_memory_grows_by_a_few_hundred_bytes_of_a_sample() -> None:
    result = subprocess.run(
        [sys.executable, "-m", "unit.qa.datasets.freezekit", str(ROWS), str(4 * ROWS)],
        env={**os.environ, "PYTHONPATH": str(TESTS), "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    small, large = json.loads(result.stdout)
    assert (small[0], large[0]) == (ROWS, 4 * ROWS)
    assert large[2] - small[2] < 3 * ROWS * 450  # a row is 1.2 kB as JSON, and more as a dictionary
