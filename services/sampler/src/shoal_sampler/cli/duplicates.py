"""`shoal sampler duplicates`: groups of equal and nearly equal rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from shoal.command_line.console import out
from shoal.command_line.matrices import ColumnsOption, column_patterns
from shoal.command_line.offline import one_line_errors, print_warning, show_progress
from shoal.command_line.reading import SkipBadOption, list_skipped, read_options, skip_matrix_rows
from shoal.files.errors import BadInput
from shoal.files.matrix.matrices import read_matrix
from shoal.files.options import ReadOptions
from shoal.files.outputs import OutputCheck
from shoal.files.writing import Cells, write_table
from shoal_sampler.domain.pools.near_duplicates import Groups, near_duplicates
from shoal_sampler.domain.pools.representatives import Representatives, choose_representatives
from shoal_sampler.domain.vectors.rows import Indices, Vectors
from shoal_sampler.usecases.files.inputs import usable_directions

ROUNDING = 1e-6  # of a cosine in float32: a pair at the limit is a pair


def group_duplicates(
    *,
    embeddings: Annotated[
        Path, typer.Option(help="Matrix (n, d), one row for each item: .npy, .npz or .parquet.")
    ],
    output: Annotated[
        Path,
        typer.Option(
            help="CSV or Parquet file to write: index, group, representative, represented_by, similarity."
        ),
    ],
    similarity: Annotated[float, typer.Option(help="Least cosine of two near duplicates.")] = 0.97,
    columns: ColumnsOption = None,
    seed: Annotated[int, typer.Option(help="Seed of the approximate search.")] = 0,
    skip_bad: SkipBadOption = False,
) -> None:
    """Group exact and near duplicates, and choose rows to keep so that every other row is near one of them.

    A group is named by its lowest row. Needs no services.
    """
    with one_line_errors():
        if not 0 < similarity <= 1:
            raise BadInput(f"{similarity:g}: must be above 0 and at most 1", field="similarity")
        OutputCheck([embeddings], print_warning).check_table("output", output)
        reading = read_options(None, None, skip_bad=skip_bad)
        read = _read_rows(embeddings, columns, reading)
        near, representatives = _compare_rows(read.vectors, similarity - ROUNDING, seed)
        members = _members_of(near.group)
        write_table(output, _member_columns(read.rows, members, near.group, representatives))
        list_skipped(output, reading)
    facts = {
        "rows": read.total,
        "groups": len(np.unique(near.group[members])),
        "rows_in_groups": len(members),
        "rows_to_drop": int((~representatives.stays()).sum()),
        "recall_of_pairs": round(near.recall, 4),
        "output": str(output),
    }
    out.print_json(data=facts)
    if near.recall < 0.99:
        print_warning(f"only {near.recall:.1%} of the near pairs of a sample were found")


@dataclass(frozen=True, slots=True)
class _Rows:
    """The usable rows of a file. total: of all its rows; rows: (n,), their numbers in the file."""

    total: int
    rows: Indices
    vectors: Vectors


def _read_rows(embeddings: Path, columns: Sequence[str] | None, reading: ReadOptions) -> _Rows:
    """Return the usable rows, as directions. Raises BadInput for others without --skip-bad."""
    with show_progress("reading") as report:
        matrix = read_matrix(embeddings, "embeddings", column_patterns(columns))
        vectors, bad = usable_directions(matrix, skip_bad=reading.skip_bad, report=report)
    skip_matrix_rows(matrix, bad, reading)
    rows = np.setdiff1d(np.arange(len(vectors)), bad)
    return _Rows(len(matrix), rows, vectors[rows] if len(bad) else vectors)


def _compare_rows(vectors: Vectors, least: float, seed: int) -> tuple[Groups, Representatives]:
    with show_progress("comparing") as report:
        near = near_duplicates(vectors, least, seed=seed, report=report)
    with show_progress("choosing") as report:
        return near, choose_representatives(vectors, near.group, least, report=report)


def _members_of(group: Indices) -> Indices:
    """Return the rows in groups of two or more, group by group."""
    members = np.flatnonzero(np.bincount(group)[group] > 1)
    return members[np.lexsort((members, group[members]))]


def _member_columns(
    rows: Indices, members: Indices, group: Indices, representatives: Representatives
) -> dict[str, Cells]:
    """Return the columns of the output, one row for each member of a group. rows: numbers in the file."""
    return {
        "index": rows[members],
        "group": rows[group[members]],
        "representative": representatives.stays()[members].astype(np.int8),
        "represented_by": rows[representatives.row[members]],
        "similarity": np.round(representatives.similarity[members].astype(np.float64), 6),
    }
