"""Options of the commands over files."""

from pathlib import Path
from typing import Annotated

import typer

Votes = Annotated[
    Path,
    typer.Option(
        help="Table with columns task, worker and label, one column for each annotator, or a tool's export."
    ),
]
GoldFile = Annotated[Path | None, typer.Option(help="Table of right answers: columns task and label.")]
TaskColumn = Annotated[
    str | None, typer.Option(help="Name of the column of tasks; by default task, or an export's own.")
]
AnnotatorColumn = Annotated[
    str | None, typer.Option(help="Name of the column of annotators; by default worker, or an export's own.")
]
LabelColumn = Annotated[
    str | None,
    typer.Option(help="Name of the column of labels, or of an export's question; by default label."),
]
AnnotatorColumns = Annotated[
    str | None,
    typer.Option(help="Columns of annotators in a table with one row for each task: ann,bob,... or all."),
]
GoldTaskColumn = Annotated[
    str | None, typer.Option(help="Name of the column of tasks in --gold; by default as in --votes.")
]
GoldLabelColumn = Annotated[
    str | None, typer.Option(help="Name of the column of labels in --gold; by default as in --votes.")
]

Shape = Annotated[
    str,
    typer.Option(
        help="Kind of answers: class, multi (a|b), number, rating, text, pair, ranking (a > b), or JSON spans, "
        "boxes, polygons."
    ),
]
Bounds = Annotated[
    tuple[float, float] | None,
    typer.Option(
        "--range",
        help="Least and greatest possible number or rating; by default those of the file. Needs --shape number "
        "or rating.",
    ),
]
Model = Annotated[str, typer.Option(help="Model of votes: auto, or a name that `shoal qa models` lists.")]
Predictions = Annotated[
    Path | None,
    typer.Option(
        help="Table of a model's predictions, used as one more voter: task and a column for each class."
    ),
]
LabelsOutput = Annotated[
    Path,
    typer.Option(
        help="CSV or Parquet file to write: task, label, probability, accepted, action, votes, agreement."
    ),
]
AnnotatorsOutput = Annotated[Path | None, typer.Option(help="CSV or Parquet file of annotators to write.")]
ReportOutput = Annotated[Path | None, typer.Option(help="HTML page to write; it opens from disk.")]
ReplayOutput = Annotated[
    Path | None, typer.Option(help="Folder to write: curves.csv, prices.csv and index.html.")
]
TargetPrecision = Annotated[
    float | None,
    typer.Option(help="Share of accepted labels that must be right; by default 0.95 with --gold."),
]
Confidence = Annotated[float, typer.Option(help="Confidence level of the precision guarantee.")]
AcceptProbability = Annotated[
    float, typer.Option(help="Least probability of an accepted label, in the table of prices.")
]
FutileBelow = Annotated[
    float,
    typer.Option(
        help="Chance of settling a task below which no more votes are bought; without experts only."
    ),
]
VotePrice = Annotated[float, typer.Option(help="Price of a vote.")]
ReviewPrice = Annotated[
    float, typer.Option(help="Price of an expert review, in the unit of --vote-price; 0 disables reviews.")
]
ReviewPrices = Annotated[
    list[float] | None,
    typer.Option(help="Price of an expert review to try, in the unit of --vote-price; may be repeated."),
]
Seed = Annotated[int, typer.Option(help="Seed of random choices; the same seed gives the same answer.")]
Truth = Annotated[
    Path | None,
    typer.Option(help="Table of right answers to measure accuracy; by default the consensus of all votes."),
]
GoldFromStart = Annotated[
    Path | None,
    typer.Option(help="Table of right answers that the model knows from the start; they are not measured."),
]
ReplayModel = Annotated[
    str,
    typer.Option(help="Model of votes: a name that `shoal qa models` lists, or auto, which takes longer."),
]

JudgedLabels = Annotated[
    Path,
    typer.Option(
        help="Table with a column label, or a tool's export; one label for each row of the matrix, or task."
    ),
]
ErrorsOutput = Annotated[
    Path, typer.Option(help="CSV or Parquet file to write, ranked: row, label, suggestion, wrong.")
]
OtherVotes = Annotated[
    Path | None, typer.Option(help="Votes of other people on the labels' tasks; with --shape.")
]
ModelAnswers = Annotated[
    Path | None,
    typer.Option(
        help="Answers of a model that did not see the labels: task and label; objects may end in a score."
    ),
]
CheckedLabels = Annotated[
    Path | None,
    typer.Option(help="Right answers of some labels, drawn at random: task and label; with --shape."),
]
Probabilities = Annotated[
    Path | None,
    typer.Option(help="Matrix (n, classes) of a model that did not see the labels: .npy, .npz or .parquet."),
]
Embeddings = Annotated[
    Path | None, typer.Option(help="Matrix (n, d), one row for each item: .npy, .npz or .parquet.")
]
JudgedAnnotatorColumn = Annotated[str | None, typer.Option(help="Name of the column of annotators.")]
IdColumn = Annotated[str | None, typer.Option(help="Name of a column to copy to the output as id.")]
