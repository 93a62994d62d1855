"""`shoal sampler`: campaigns and the random audit."""

import os
from pathlib import Path
from typing import Annotated, Any

import httpx
import orjson
import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer(help="Campaigns and the random audit.", no_args_is_help=True)
Url = Annotated[str, typer.Option(envvar="SHOAL_SAMPLER_URL", help="The sampler service.")]
Output = Annotated[str, typer.Option(help="table or json.")]
URL = "http://127.0.0.1:8080"
TIMEOUT_S = 30.0
out, err = Console(), Console(stderr=True)
COLUMNS = ("name", "state", "waits_for", "kind", "taken", "votes", "labels")


@app.command("campaigns")
def list_campaigns(project: str, url: Url = URL, output: Output = "table") -> None:
    """Show a project's campaigns."""
    found = _asked("GET", url, f"/v1/projects/{project}/campaigns")
    _show(found["campaigns"], found, output)


@app.command()
def create(
    project: str,
    definition: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON file.")],
    url: Url = URL,
    output: Output = "table",
) -> None:
    """Create a campaign from a file, for instance
    {"name": "wheat", "strategy": {"kind": "more_like_these", "examples": ["<sample id>"]}, "budget": {"votes": 300}}.
    """
    try:
        body = orjson.loads(definition.read_bytes())
    except ValueError as error:
        err.print(f"{definition} is not JSON: {error}", markup=False)
        raise typer.Exit(2) from None
    found = _asked("POST", url, f"/v1/projects/{project}/campaigns", json=body)
    _show([found], found, output)


@app.command()
def show(project: str, campaign: str, url: Url = URL, output: Output = "json") -> None:
    """Show one campaign, by name or id."""
    found = _asked("GET", url, f"/v1/projects/{project}/campaigns/{campaign}")
    _show([found], found, output)


@app.command()
def pause(project: str, campaign: str, url: Url = URL, output: Output = "table") -> None:
    """Take nothing more until the campaign is resumed."""
    _move(project, campaign, "pause", url, output)


@app.command()
def resume(project: str, campaign: str, url: Url = URL, output: Output = "table") -> None:
    """Let a paused campaign take samples again."""
    _move(project, campaign, "resume", url, output)


@app.command()
def finish(project: str, campaign: str, url: Url = URL, output: Output = "table") -> None:
    """End a campaign for good."""
    _move(project, campaign, "finish", url, output)


@app.command()
def audit(
    project: str,
    rate: Annotated[float | None, typer.Option(min=0, max=1, help="Share of all samples.")] = None,
    votes_per_day: Annotated[int | None, typer.Option(min=0)] = None,
    url: Url = URL,
) -> None:
    """Show the random audit, or change it."""
    path = f"/v1/projects/{project}/audit"
    present = _asked("GET", url, path)
    if rate is not None or votes_per_day is not None:
        body = {name: present[name] for name in ("rate", "votes", "max_votes", "votes_per_day")}
        wanted = {"rate": rate, "votes_per_day": votes_per_day}
        body |= {name: value for name, value in wanted.items() if value is not None}
        present = _asked("PUT", url, path, json=body)
    out.print_json(data=present)


def _move(project: str, campaign: str, verb: str, url: str, output: str) -> None:
    found = _asked("POST", url, f"/v1/projects/{project}/campaigns/{campaign}/{verb}")
    _show([found], found, output)


def _show(campaigns: list[Any], whole: Any, output: str) -> None:
    if output == "json":
        out.print_json(data=whole)
        return
    table = Table(*COLUMNS)
    for each in campaigns:
        counts, votes = each["counts"], f"{each['votes_reserved']:,} / {each['budget']['votes']:,}"
        table.add_row(
            each["name"],
            each["state"],
            each["waits_for"] or "",
            each["strategy"]["kind"],
            f"{counts['taken']:,}",
            votes,
            f"{counts['labels_accepted']:,}",
        )
    out.print(table)


def _asked(method: str, url: str, path: str, **options: Any) -> Any:
    key = os.environ.get("SHOAL_API_KEY")
    headers = {"authorization": f"Bearer {key}"} if key else {}
    try:
        response = httpx.request(method, url + path, timeout=TIMEOUT_S, headers=headers, **options)
    except httpx.TransportError as error:
        err.print(
            f"the sampler does not answer at {url}: {error}. Set --url or SHOAL_SAMPLER_URL.", markup=False
        )
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
