"""`shoal qa`: guidelines, gold, labels, metrics and dataset versions."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import httpx
import orjson
import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer(help="Guidelines, gold, labels, metrics and dataset versions.", no_args_is_help=True)
Url = Annotated[str, typer.Option(envvar="SHOAL_QA_URL", help="The qa service.")]
Output = Annotated[str, typer.Option(help="table or json.")]
JsonFile = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON file.")]
URL = "http://127.0.0.1:8080"
TIMEOUT_S = 60.0
out, err = Console(), Console(stderr=True)


@app.command()
def publish(project: str, guideline: JsonFile, url: Url = URL) -> None:
    """Publish a guideline: {"title", "text", "label_schema": {"classes": [{"name", "definition", "examples"}]}}."""
    out.print_json(data=_asked("POST", url, f"/v1/projects/{project}/guidelines", json=_read(guideline)))


@app.command()
def gold(project: str, items: JsonFile, url: Url = URL) -> None:
    """Add gold items: {"items": [{"text", "label"}], "votes": 5}."""
    out.print_json(data=_asked("POST", url, f"/v1/projects/{project}/gold", json=_read(items)))


@app.command()
def rule(project: str, body: Annotated[Path | None, typer.Argument()] = None, url: Url = URL) -> None:
    """Show the rule by which labels are accepted, or replace it from a JSON file."""
    path = f"/v1/projects/{project}/rule"
    out.print_json(data=_asked("PUT", url, path, json=_read(body)) if body else _asked("GET", url, path))


@app.command()
def labels(project: str, url: Url = URL, after: int = 0) -> None:
    """Write labels as JSON lines, each as it stands; --after takes the cursor of an earlier run (last seq)."""
    while True:
        found = _asked("GET", url, f"/v1/projects/{project}/labels", params={"after": after, "limit": 5000})
        for each in found["labels"]:
            sys.stdout.write(orjson.dumps(each).decode() + "\n")
        after = found["next_after"]
        if not found["more"]:
            return


@app.command()
def metrics(project: str, url: Url = URL, output: Output = "table") -> None:
    """Show how good labels are, what they cost, and who gives them."""
    found = _asked("GET", url, f"/v1/projects/{project}/metrics")
    if output == "json":
        out.print_json(data=found)
        return
    measured = found["measured"] or {}
    table = Table("metric", "value")
    for name in ("votes", "labels_accepted", "agreement", "gold_accuracy", "cost_per_accepted_label"):
        table.add_row(name, str(measured.get(name)))
    for state, count in sorted(found["jobs"].items()):
        table.add_row(f"jobs {state}", str(count))
    out.print(table)
    people = Table("annotator", "state", "votes", "skill", "95 % interval", "gold")
    for each in measured.get("annotators", []):
        people.add_row(
            f"{each['provider']}/{each['annotator']}",
            each["state"],
            str(each["votes"]),
            f"{each['skill']:.2f}",
            f"{each['skill_low']:.2f} to {each['skill_high']:.2f}",
            f"{each['gold_right']} of {each['gold_answered']}",
        )
    out.print(people)


@app.command()
def freeze(project: str, dataset: str, seed: int = 0, url: Url = URL) -> None:
    """Freeze the accepted labels into a dataset version; print its manifest."""
    body = {"dataset": dataset, "seed": seed}
    out.print_json(data=_asked("POST", url, f"/v1/projects/{project}/datasets", json=body))


def _read(file: Path) -> Any:
    try:
        return orjson.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        err.print(f"{file} cannot be read as JSON: {error}", markup=False)
        raise typer.Exit(2) from None


def _asked(method: str, url: str, path: str, **options: Any) -> Any:
    key = os.environ.get("SHOAL_API_KEY")
    headers = {"authorization": f"Bearer {key}"} if key else {}
    try:
        response = httpx.request(method, url + path, timeout=TIMEOUT_S, headers=headers, **options)
    except httpx.TransportError as error:
        err.print(f"qa does not answer at {url}: {error}. Set --url or SHOAL_QA_URL.", markup=False)
        raise typer.Exit(1) from None
    if not response.is_success:
        _fail(response)
    return response.json()


def _fail(response: httpx.Response) -> None:
    try:
        told = response.json()
        text = f"{told['detail']}. {told.get('fix') or ''}"
    except ValueError:
        text = response.text[:500]
    err.print(f"{response.status_code}: {text}", markup=False)
    raise typer.Exit(1)
