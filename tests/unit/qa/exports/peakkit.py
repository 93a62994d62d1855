"""Exports in a process of their own: their processor time, and the most memory that the process had."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import orjson

_PROGRAM = """
import json, resource, sys, time
from shoal_qa.adapters.exports.targets import Target
from shoal_qa.adapters.exports.writing import export_version
name, output, *sources = sys.argv[1:]
found = []
for number, source in enumerate(sources):
    begun = time.process_time()
    target = Target(f"{output}/{number}")
    report = export_version(source, name, target, media=None, report=lambda rows, total: None)
    seconds = time.process_time() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    found.append([report["rows"], seconds, peak])
print(json.dumps(found))
"""


@dataclass(frozen=True, slots=True)
class Measurement:
    """An export.

    seconds: of processor time, which other work on the machine changes little. peak: most resident memory of
    the process so far, in bytes.
    """

    rows: int
    seconds: float
    peak: int


def measure_exports(
    name: str, output: Path | str, *sources: Path, environment: Mapping[str, str] | None = None
) -> list[Measurement]:
    """Export versions one after the other, to `output`/0, 1, ..., in one other process."""
    result = subprocess.run(
        [sys.executable, "-c", _PROGRAM, name, str(output), *map(str, sources)],
        stdout=subprocess.PIPE,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1", **(environment or {})},
        timeout=600,
        check=True,
    )
    return [Measurement(*numbers) for numbers in orjson.loads(result.stdout.splitlines()[-1])]
