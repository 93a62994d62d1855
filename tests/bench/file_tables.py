"""Reading a table of votes against a bare call of pyarrow's reader."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
from tests.bench.ratio import Ratio

from shoal.files.checks import full_cells
from shoal.files.tables import read_table

ROWS, TASKS, ANNOTATORS, CLASSES, ROUNDS = 1_000_000, 200_000, 500, 10, 3
NAMES = ("task", "worker", "label")


def run() -> list[Ratio]:
    """Return the rates of rows of a CSV file with three columns."""
    with tempfile.TemporaryDirectory() as folder:
        file = _votes(Path(folder) / "votes.csv")
        ours, theirs = [], []
        for _ in range(ROUNDS):
            theirs.append(_rate(lambda: _bare(file)))
            ours.append(_rate(lambda: _shoal(file)))
    yardstick = "pyarrow.csv.read_csv into dictionaries; checks nothing, sorts no names"
    return [Ratio("reading a CSV of votes, rows", max(ours), max(theirs), yardstick)]


def _votes(file: Path) -> Path:
    rng = np.random.default_rng(0)
    columns = (rng.integers(most, size=ROWS) for most in (TASKS, ANNOTATORS, CLASSES))
    rows = zip(*(column.tolist() for column in columns), strict=True)
    with file.open("w") as stream:
        stream.write(",".join(NAMES) + "\n")
        stream.writelines(f"t{task},w{annotator},c{label}\n" for task, annotator, label in rows)
    return file


def _rate(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return ROWS / (time.perf_counter() - begun)


def _shoal(file: Path) -> None:
    table = read_table(file, "votes", NAMES, needs=dict.fromkeys(NAMES, (full_cells,)))
    for name in NAMES:
        table.coded(name)


def _bare(file: Path) -> None:
    types = dict.fromkeys(NAMES, pa.dictionary(pa.int32(), pa.string()))
    table = pyarrow.csv.read_csv(file, convert_options=pyarrow.csv.ConvertOptions(column_types=types))
    for column in table.unify_dictionaries().columns:
        column.chunk(0).dictionary.to_pylist()
