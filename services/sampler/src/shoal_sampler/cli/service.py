"""`shoal sampler`: campaigns and the random audit."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from shoal.command_line.client import URL, Client, read_json
from shoal.command_line.console import out

app = typer.Typer(
    help="Campaigns and the random audit of a service; selection over files.", no_args_is_help=True
)
Url = Annotated[str, typer.Option(envvar="SHOAL_SAMPLER_URL", help="The sampler service.")]
Output = Annotated[str, typer.Option(help="table or json.")]
ask = Client("the sampler", "SHOAL_SAMPLER_URL").asked
COLUMNS = ("name", "state", "waits_for", "kind", "taken", "votes", "labels")


@app.command("campaigns")
def list_campaigns(project: str, url: Url = URL, output: Output = "table") -> None:
    """Show a project's campaigns."""
    found = ask("GET", url, f"/v1/projects/{project}/campaigns")
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
    found = ask("POST", url, f"/v1/projects/{project}/campaigns", json=read_json(definition))
    _show([found], found, output)


@app.command()
def show(project: str, campaign: str, url: Url = URL, output: Output = "json") -> None:
    """Show one campaign, by name or id."""
    found = ask("GET", url, f"/v1/projects/{project}/campaigns/{campaign}")
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
    present = ask("GET", url, path)
    if rate is not None or votes_per_day is not None:
        body = {name: present[name] for name in ("rate", "votes", "max_votes", "votes_per_day")}
        wanted = {"rate": rate, "votes_per_day": votes_per_day}
        body |= {name: value for name, value in wanted.items() if value is not None}
        present = ask("PUT", url, path, json=body)
    out.print_json(data=present)


def _move(project: str, campaign: str, verb: str, url: str, output: str) -> None:
    found = ask("POST", url, f"/v1/projects/{project}/campaigns/{campaign}/{verb}")
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
