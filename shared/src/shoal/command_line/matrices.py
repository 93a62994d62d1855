"""Options of commands that read matrices."""

from collections.abc import Sequence
from typing import Annotated

import typer

ColumnsOption = Annotated[
    list[str] | None,
    typer.Option(
        "--columns",
        help="Columns of a Parquet or Arrow file that are the dimensions of the embeddings: names or patterns "
        "such as 'f*', with commas between.",
    ),
]


def column_patterns(columns: Sequence[str] | None) -> list[str] | None:
    """Return the names and patterns of the option; None if it was left out."""
    if not columns:
        return None
    return [name.strip() for part in columns for name in part.split(",") if name.strip()]
