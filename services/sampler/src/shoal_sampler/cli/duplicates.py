"""`shoal sampler duplicates`: groups of equal and nearly equal rows."""

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
from shoal.files.outputs import OutputCheck
from shoal.files.writing import Cells, write_table
from shoal_sampler.domain.pools.near_duplicates import near_duplicates
from shoal_sampler.domain.pools.representatives import Representatives, choose_representatives
from shoal_sampler.domain.vectors.rows import Indices
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
        with show_progress("reading") as report:
            matrix = read_matrix(embeddings, "embeddings", column_patterns(columns))
            vectors, bad = usable_directions(matrix, skip_bad=skip_bad, report=report)
        rows = np.setdiff1d(np.arange(len(vectors)), bad)
        vectors = vectors[rows] if len(bad) else vectors
        reading = read_options(None, None, skip_bad=skip_bad)
        skip_matrix_rows(matrix, bad, reading)
        with show_progress("comparing") as report:
            near = near_duplicates(vectors, similarity - ROUNDING, seed=seed, report=report)
        with show_progress("choosing") as report:
            representatives = choose_representatives(
                vectors, near.group, similarity - ROUNDING, report=report
            )
        sizes = np.bincount(near.group, minlength=len(vectors))
        members = np.flatnonzero(sizes[near.group] > 1)
        members = members[np.lexsort((members, near.group[members]))]
        write_table(output, _member_columns(rows, members, near.group, representatives))
        list_skipped(output, reading)
    facts = {
        "rows": len(matrix),
        "groups": int((sizes > 1).sum()),
        "rows_in_groups": len(members),
        "rows_to_drop": int((~representatives.stays()).sum()),
        "recall_of_pairs": round(near.recall, 4),
        "output": str(output),
    }
    out.print_json(data=facts)
    if near.recall < 0.99:
        print_warning(f"only {near.recall:.1%} of the near pairs of a sample were found")


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
