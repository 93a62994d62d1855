"""`shoal qa`: guidelines, gold, labels, metrics and dataset versions."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.table import Table

from shoal.command_line.arguments import Project
from shoal.command_line.client import URL, Client, print_cautions, read_json
from shoal.command_line.console import out
from shoal.command_line.offline import print_warning
from shoal.command_line.printing import Format, FormatOption, print_result
from shoal_qa.cli.freezing import follow_freezing
from shoal_qa.usecases.datasets.losses import describe_loss

app = typer.Typer(
    help="Guidelines, gold, labels, metrics and dataset versions of a service; quality of votes over files.",
    no_args_is_help=True,
)
Url = Annotated[str, typer.Option(envvar="SHOAL_QA_URL", help="Address of the qa service.")]
Dataset = Annotated[str, typer.Argument(help="Name of the dataset.", show_default=False)]
JsonFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON file.")]
ANNOTATOR_COLUMNS = ("annotator", "state", "votes", "skill", "95 % interval", "gold", "warnings")
PRODUCTION_COLUMNS = (
    *("model", "version", "accuracy", "95 % interval"),
    *("bound if pending are", "labelled", "pending"),
)
client = Client("qa", "SHOAL_QA_URL")
ask = client.ask_json
patient_client = Client("qa", "SHOAL_QA_URL", timeout_s=1800.0)  # a million rows take minutes
ask_patiently = patient_client.ask_json


@app.command("publish")
def publish_guideline(project: Project, guideline: JsonFile, url: Url = URL) -> None:
    """Publish a guideline.

    Its JSON: {"title", "text", "label_schema": {"classes": [{"name", "definition", "examples"}]}}. Other
    kinds of labels, such as boxes and ratings, are in docs/label-types.md.

    If it removes classes, also "changes": {"renamed": {"old": "new"}, "merged": {"class": ["old"]},
    "asked_again": ["old"]}.
    """
    out.print_json(data=ask("POST", url, f"/v1/projects/{project}/guidelines", json=read_json(guideline)))


@app.command("ask-again")
def ask_labels_again(
    *,
    project: Project,
    min_votes: Annotated[int, typer.Option(help="Votes of each sample at first.")] = 2,
    max_votes: Annotated[int, typer.Option(help="Most votes of each sample.")] = 3,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count the samples.")] = False,
    url: Url = URL,
) -> None:
    """Request votes for samples whose labels do not count under the current guideline; print their number."""
    body = {"votes": min_votes, "max_votes": max_votes, "dry_run": dry_run}
    address = f"/v1/projects/{project}/guidelines/current/ask-again"
    out.print_json(data=ask_patiently("POST", url, address, json=body))


@app.command("gold")
def add_gold(project: Project, items: JsonFile, url: Url = URL) -> None:
    """Add gold items: {"items": [{"text", "label"}], "votes": 5}.

    Other items than texts have "content", and other answers than one class "answer": docs/label-types.md has
    an example. An item that is a sample of the stream also has source and source_id, or sample_id.
    """
    answer = ask("POST", url, f"/v1/projects/{project}/gold", json=read_json(items))
    print_cautions(answer)
    out.print_json(data=answer)


@app.command("labels")
def write_labels(
    project: Project,
    url: Url = URL,
    after: Annotated[int, typer.Option(help="Cursor of an earlier run: its last seq.")] = 0,
) -> None:
    """Print the current labels as JSON lines."""
    while True:
        page = ask("GET", url, f"/v1/projects/{project}/labels", params={"after": after, "limit": 5000})
        for label in page["labels"]:
            sys.stdout.write(orjson.dumps(label).decode() + "\n")
        after = page["next_after"]
        if not page["more"]:
            return


@app.command("metrics")
def show_metrics(project: Project, url: Url = URL, form: FormatOption = Format.TABLE) -> None:
    """Print the quality and cost of labels, the production model's accuracy, and the annotators."""
    answer = ask("GET", url, f"/v1/projects/{project}/metrics")
    rows = list(_metrics_of(answer))
    print_result(form, answer, rows, lambda: print_metrics(answer, rows))


def _metrics_of(answer: dict[str, Any]) -> Iterator[dict[str, Any]]:
    measured = answer["measured"] or {}
    for name in ("votes", "labels_accepted", "agreement", "gold_accuracy", "cost_per_accepted_label"):
        yield {"metric": name, "value": measured.get(name)}
    for name, value in (measured.get("certificate") or {}).items():
        yield {"metric": f"certificate {name}", "value": value}
    for state, count in sorted(answer["jobs"].items()):
        yield {"metric": f"jobs {state}", "value": count}


def print_metrics(answer: dict[str, Any], rows: list[dict[str, Any]]) -> None:
    """Print tables of the project's metrics, of the production model's versions, and of annotators."""
    table = Table("metric", "value")
    for row in rows:
        table.add_row(row["metric"].replace("_", " "), _shown_value(row["value"]))
    out.print(table)
    print_production(answer["production"])
    annotators = Table(*ANNOTATOR_COLUMNS)
    for annotator in (answer["measured"] or {}).get("annotators", []):
        cells = [
            f"{annotator['provider']}/{annotator['annotator']}",
            annotator["state"],
            str(annotator["votes"]),
            f"{annotator['skill']:.2f}",
            f"{annotator['skill_low']:.2f} to {annotator['skill_high']:.2f}",
            f"{annotator['gold_right']} of {annotator['gold_answered']}",
            ", ".join(annotator.get("warnings", [])),
        ]
        annotators.add_row(*cells)
    if annotators.row_count:
        out.print(annotators)


def _shown_value(value: Any) -> str:
    """Return a metric for people: few digits, or that it is not measured."""
    if value is None:
        return "not measured"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def print_production(accuracies: list[dict[str, Any]]) -> None:
    """Print the accuracy of the production model's versions; nothing before the audit took a sample."""
    if not accuracies:
        return
    table = Table(*PRODUCTION_COLUMNS)
    for accuracy in accuracies:
        estimate = accuracy["accuracy"]
        cells = [
            accuracy["model"],
            accuracy["version"],
            "" if estimate is None else f"{estimate:.3f}",
            f"{accuracy['low']:.3f} to {accuracy['high']:.3f}",
            f"wrong {accuracy['lowest']:.3f}, right {accuracy['highest']:.3f}",
            str(accuracy["labelled"]),
            str(accuracy["pending"]),
        ]
        table.add_row(*cells)
    out.print(table)


@app.command("freeze")
def freeze_labels(
    *,
    project: Project,
    dataset: Dataset,
    seed: Annotated[int, typer.Option(help="Seed of the split.")] = 0,
    majors: Annotated[
        list[int] | None,
        typer.Option(
            "--major",
            help="Major version of the guideline whose labels are taken; may be repeated. Default: all.",
        ),
    ] = None,
    url: Url = URL,
) -> None:
    """Freeze the accepted labels into a dataset version; print its manifest.

    Labels that the version leaves out are counted on stderr, with the reason.
    """
    body = {"dataset": dataset, "seed": seed, "majors": majors or None}
    address = f"/v1/projects/{project}/datasets"
    manifest = follow_freezing(patient_client, url, address, body, name=f"freezing {dataset}")
    for loss in manifest.get("left_out", []):
        print_warning(f"left out: {describe_loss(loss)}")
    out.print_json(data=manifest)
