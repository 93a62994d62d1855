"""Options shared by the commands over files."""

from pathlib import Path
from typing import Annotated

import typer

Votes = Annotated[
    Path, typer.Option(help="Table with columns task, worker and label: CSV, JSONL or Parquet.")
]
GoldFile = Annotated[Path | None, typer.Option(help="Table of right answers: columns task and label.")]
TaskColumn = Annotated[str, typer.Option(help="Name of the column of tasks.")]
AnnotatorColumn = Annotated[str, typer.Option(help="Name of the column of annotators.")]
LabelColumn = Annotated[str, typer.Option(help="Name of the column of labels.")]
GoldTaskColumn = Annotated[
    str | None, typer.Option(help="Name of the column of tasks in --gold; by default as in --votes.")
]
GoldLabelColumn = Annotated[
    str | None, typer.Option(help="Name of the column of labels in --gold; by default as in --votes.")
]
