"""`shoal sampler duplicates`: groups of equal and nearly equal rows."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from shoal.command_line.console import out
from shoal.command_line.offline import one_line_errors, print_warning, show_progress
from shoal.files.errors import BadInput
from shoal.files.matrices import read_matrix
from shoal.files.writing import write_table
from shoal_sampler.domain.pools.near_duplicates import near_duplicates
from shoal_sampler.usecases.files.inputs import unit_directions


def group_duplicates(
    embeddings: Annotated[
        Path, typer.Option(help="Matrix (n, d), one row for each item: .npy, .npz or .parquet.")
    ],
    output: Annotated[Path, typer.Option(help="CSV or Parquet file to write: index, group, representative.")],
    similarity: Annotated[float, typer.Option(help="Least cosine of two near duplicates.")] = 0.97,
    seed: Annotated[int, typer.Option(help="Seed of the approximate search.")] = 0,
) -> None:
    """Group exact and near duplicates; a group is named by its lowest row. Needs no stack."""
    with one_line_errors():
        if not 0 < similarity <= 1:
            raise BadInput(f"{similarity:g}: must be above 0 and at most 1", field="similarity")
        with show_progress("reading") as report:
            matrix = read_matrix(embeddings, "embeddings")
            vectors = unit_directions(matrix.float32(report), str(matrix))
        with show_progress("comparing") as report:
            near = near_duplicates(vectors, similarity - 1e-6, seed=seed, report=report)
        sizes = np.bincount(near.group, minlength=len(vectors))
        members = np.flatnonzero(sizes[near.group] > 1)
        members = members[np.lexsort((members, near.group[members]))]
        groups = near.group[members]
        representative = (members == groups).astype(np.int8)
        write_table(output, {"index": members, "group": groups, "representative": representative})
    facts = {
        "rows": len(vectors),
        "groups": int((sizes > 1).sum()),
        "rows_in_groups": len(members),
        "rows_to_drop": len(members) - int((sizes > 1).sum()),
        "recall_of_pairs": round(near.recall, 4),
        "output": str(output),
    }
    out.print_json(data=facts)
    if near.recall < 0.99:
        print_warning(f"only {near.recall:.1%} of the near pairs of a sample were found")
