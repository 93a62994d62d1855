"""`shoal sampler duplicates`: rows that say the same."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from shoal.command_line.client import err, out
from shoal_sampler.adapters.files import read_matrix, write_rows
from shoal_sampler.cli.offline import one_line_errors, progress
from shoal_sampler.domain.pools.near_duplicates import near_duplicates
from shoal_sampler.usecases.errors import BadInput
from shoal_sampler.usecases.files.inputs import directions, finite_rows


def duplicates(
    embeddings: Annotated[Path, typer.Option(help="(n, d): .npy or .parquet.")],
    output: Annotated[Path, typer.Option(help="CSV of rows in groups: index, group, representative.")],
    similarity: Annotated[float, typer.Option(help="Cosine from which two rows are near duplicates.")] = 0.97,
    seed: int = 0,
) -> None:
    """Group exact and near duplicates; a group's name is its representative, the lowest row. Needs no stack."""
    with one_line_errors():
        if not 0 < similarity <= 1:
            raise BadInput(f"--similarity is {similarity:g}: give a cosine above 0, at most 1")
        with progress("reading") as report:
            vectors = directions(
                finite_rows(read_matrix(embeddings, "embeddings"), "embeddings", report), "embeddings"
            )
        with progress("comparing") as report:
            found = near_duplicates(vectors, similarity - 1e-6, seed, report=report)
        sizes = np.bincount(found.group, minlength=len(vectors))
        members = np.flatnonzero(sizes[found.group] > 1)
        members = members[np.lexsort((members, found.group[members]))]
        groups = found.group[members]
        lines = zip(members.tolist(), groups.tolist(), (members == groups).tolist(), strict=True)
        write_rows(output, ("index", "group", "representative"), ((i, g, int(r)) for i, g, r in lines))
    told = {
        "rows": len(vectors),
        "groups": int((sizes > 1).sum()),
        "rows_in_groups": len(members),
        "rows_to_drop": len(members) - int((sizes > 1).sum()),
        "recall_of_pairs": round(found.recall, 4),
        "output": str(output),
    }
    out.print_json(data=told)
    if found.recall < 0.99:
        err.print(f"only {found.recall:.1%} of the near pairs of a sample were found", style="yellow")
