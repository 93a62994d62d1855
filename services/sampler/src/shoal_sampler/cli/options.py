"""Options of `shoal sampler select`."""

from pathlib import Path
from typing import Annotated

import typer

from shoal_sampler.domain.strategies import file_strategies

Embeddings = Annotated[
    Path, typer.Option(help="Matrix (n, d), one row for each item: .npy, .npz or .parquet.")
]
Count = Annotated[int, typer.Option(help="Number of rows to choose.")]
PicksOutput = Annotated[Path, typer.Option(help="CSV or Parquet file to write: index, rank, score, reason.")]
Probabilities = Annotated[
    Path | None, typer.Option(help="Matrix (n, classes) of your model: .npy, .npz or .parquet.")
]
Predictions = Annotated[
    Path | None,
    typer.Option(
        help="In place of --probabilities: JSON lines, one prediction a row, as an inference carries it: boxes, "
        "polygons, spans, labels, candidate_scores, a number, or scores by class."
    ),
]
LabelledRows = Annotated[
    Path | None,
    typer.Option(help="Numbers of the rows that have labels: .npy, or a table with a column index."),
]
Labels = Annotated[
    Path | None,
    typer.Option(help="Table with columns index and label, or one label a row in the order of --labelled."),
]
StrategyName = Annotated[str, typer.Option(help=f"Strategy: {', '.join(file_strategies())}.")]
Seed = Annotated[int, typer.Option(help="Seed of random choices; the same seed gives the same rows.")]
Weights = Annotated[
    Path | None, typer.Option(help="Worth of each row, above 0: .npy, or a table with a column weight.")
]
Terms = Annotated[
    str | None, typer.Option(help="Terms with strengths in place of a strategy: margin=1,novelty=0.5.")
]
Balance = Annotated[bool, typer.Option("--balance", help="Choose as many rows of each predicted class.")]
TargetShares = Annotated[
    Path | None, typer.Option(help="Table with columns class and share, one row for each predicted class.")
]
DuplicateCosine = Annotated[
    float | None,
    typer.Option(
        min=-1, max=1, help="Cosine from which two rows are duplicates; of these only one is chosen."
    ),
]
Explain = Annotated[
    bool, typer.Option("--explain", help="Print the evidence for the choice and the first picks.")
]
