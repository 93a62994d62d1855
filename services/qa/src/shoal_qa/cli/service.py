"""`shoal qa`: guidelines, gold, labels, metrics and dataset versions."""

import sys
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.table import Table

from shoal.command_line.client import URL, Client, read_json
from shoal.command_line.console import out

app = typer.Typer(help="Guidelines, gold, labels, metrics and dataset versions.", no_args_is_help=True)
Url = Annotated[str, typer.Option(envvar="SHOAL_QA_URL", help="The qa service.")]
Output = Annotated[str, typer.Option(help="table or json.")]
JsonFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON file.")]
ask = Client("qa", "SHOAL_QA_URL").asked


@app.command()
def publish(project: str, guideline: JsonFile, url: Url = URL) -> None:
    """Publish a guideline: {"title", "text", "label_schema": {"classes": [{"name", "definition", "examples"}]}}."""
    out.print_json(data=ask("POST", url, f"/v1/projects/{project}/guidelines", json=read_json(guideline)))


@app.command()
def gold(project: str, items: JsonFile, url: Url = URL) -> None:
    """Add gold items: {"items": [{"text", "label"}], "votes": 5}."""
    out.print_json(data=ask("POST", url, f"/v1/projects/{project}/gold", json=read_json(items)))


@app.command()
def rule(project: str, body: Annotated[Path | None, typer.Argument()] = None, url: Url = URL) -> None:
    """Show the rule by which labels are accepted, or replace it from a JSON file."""
    path = f"/v1/projects/{project}/rule"
    out.print_json(data=ask("PUT", url, path, json=read_json(body)) if body else ask("GET", url, path))


@app.command()
def labels(project: str, url: Url = URL, after: int = 0) -> None:
    """Write labels as JSON lines, each as it stands; --after takes the cursor of an earlier run (last seq)."""
    while True:
        found = ask("GET", url, f"/v1/projects/{project}/labels", params={"after": after, "limit": 5000})
        for each in found["labels"]:
            sys.stdout.write(orjson.dumps(each).decode() + "\n")
        after = found["next_after"]
        if not found["more"]:
            return


@app.command()
def metrics(project: str, url: Url = URL, output: Output = "table") -> None:
    """Show how good labels are, what they cost, and who gives them."""
    found = ask("GET", url, f"/v1/projects/{project}/metrics")
    if output == "json":
        out.print_json(data=found)
        return
    measured = found["measured"] or {}
    table = Table("metric", "value")
    for name in ("votes", "labels_accepted", "agreement", "gold_accuracy", "cost_per_accepted_label"):
        table.add_row(name, str(measured.get(name)))
    for name, value in (measured.get("certificate") or {}).items():
        table.add_row(f"certificate {name}", str(value))
    for state, count in sorted(found["jobs"].items()):
        table.add_row(f"jobs {state}", str(count))
    out.print(table)
    print_production(found["production"])
    people = Table("annotator", "state", "votes", "skill", "95 % interval", "gold", "warnings")
    for each in measured.get("annotators", []):
        people.add_row(
            f"{each['provider']}/{each['annotator']}",
            each["state"],
            str(each["votes"]),
            f"{each['skill']:.2f}",
            f"{each['skill_low']:.2f} to {each['skill_high']:.2f}",
            f"{each['gold_right']} of {each['gold_answered']}",
            ", ".join(each.get("warnings", [])),
        )
    out.print(people)


def print_production(accuracies: list[dict[str, Any]]) -> None:
    """Print the accuracy of the production model's versions; nothing before the audit took a sample."""
    if not accuracies:
        return
    table = Table("model", "version", "accuracy", "95 % interval", "if pending are", "labelled", "pending")
    for accuracy in accuracies:
        estimate = accuracy["accuracy"]
        table.add_row(
            accuracy["model"],
            accuracy["version"],
            "" if estimate is None else f"{estimate:.3f}",
            f"{accuracy['low']:.3f} to {accuracy['high']:.3f}",
            f"wrong {accuracy['lowest']:.3f}, right {accuracy['highest']:.3f}",
            str(accuracy["labelled"]),
            str(accuracy["pending"]),
        )
    out.print(table)


@app.command()
def freeze(project: str, dataset: str, seed: int = 0, url: Url = URL) -> None:
    """Freeze the accepted labels into a dataset version; print its manifest."""
    body = {"dataset": dataset, "seed": seed}
    out.print_json(data=ask("POST", url, f"/v1/projects/{project}/datasets", json=body))
