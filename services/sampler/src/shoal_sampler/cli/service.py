"""`shoal sampler`: campaigns and the random audit."""

from pathlib import Path
from typing import Annotated, Any

import typer

from shoal.command_line.client import URL, Client, print_cautions, read_json
from shoal.command_line.console import out
from shoal.command_line.printing import Format, FormatOption, print_rows

app = typer.Typer(
    help="Campaigns and the random audit of a service; selection over files.", no_args_is_help=True
)
Url = Annotated[str, typer.Option(envvar="SHOAL_SAMPLER_URL", help="Address of the sampler service.")]
ask = Client("the sampler", "SHOAL_SAMPLER_URL").ask_json


@app.command("campaigns")
def list_campaigns(project: str, url: Url = URL, form: FormatOption = Format.TABLE) -> None:
    """Print a project's campaigns."""
    answer = ask("GET", url, f"/v1/projects/{project}/campaigns")
    print_campaigns(form, answer["campaigns"], answer)


@app.command("create")
def create_campaign(
    project: str,
    definition: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON file of a campaign.")],
    url: Url = URL,
    form: FormatOption = Format.TABLE,
) -> None:
    """Create a campaign from a file, for instance {"name": "wheat",
    "strategy": {"kind": "more_like_these", "examples": ["wire/8841"]}, "budget": {"votes": 300}}. An example
    is a sample's source and source id, or its id.
    """
    campaign = ask("POST", url, f"/v1/projects/{project}/campaigns", json=read_json(definition))
    print_cautions(campaign)
    print_campaigns(form, [campaign], campaign)


@app.command("show")
def show_campaign(project: str, campaign: str, url: Url = URL, form: FormatOption = Format.JSON) -> None:
    """Print one campaign, by name or id."""
    answer = ask("GET", url, f"/v1/projects/{project}/campaigns/{campaign}")
    print_campaigns(form, [answer], answer)


@app.command("pause")
def pause_campaign(project: str, campaign: str, url: Url = URL, form: FormatOption = Format.TABLE) -> None:
    """Take no more samples until the campaign is resumed."""
    _move_campaign(project, campaign, verb="pause", url=url, form=form)


@app.command("resume")
def resume_campaign(project: str, campaign: str, url: Url = URL, form: FormatOption = Format.TABLE) -> None:
    """Let a paused campaign take samples again."""
    _move_campaign(project, campaign, verb="resume", url=url, form=form)


@app.command("finish")
def finish_campaign(project: str, campaign: str, url: Url = URL, form: FormatOption = Format.TABLE) -> None:
    """End a campaign for good."""
    _move_campaign(project, campaign, verb="finish", url=url, form=form)


@app.command("audit")
def change_audit(
    project: str,
    rate: Annotated[
        float | None, typer.Option(min=0, max=1, help="Share of all samples that the audit takes.")
    ] = None,
    votes_per_day: Annotated[
        int | None, typer.Option(min=0, help="Most votes that the audit may buy in a day.")
    ] = None,
    url: Url = URL,
) -> None:
    """Print the random audit, or change it."""
    path = f"/v1/projects/{project}/audit"
    present = ask("GET", url, path)
    if rate is not None or votes_per_day is not None:
        body = {name: present[name] for name in ("rate", "votes", "max_votes", "votes_per_day")}
        changes = {"rate": rate, "votes_per_day": votes_per_day}
        body |= {name: value for name, value in changes.items() if value is not None}
        present = ask("PUT", url, path, json=body)
    out.print_json(data=present)


def _move_campaign(project: str, name: str, *, verb: str, url: str, form: Format) -> None:
    campaign = ask("POST", url, f"/v1/projects/{project}/campaigns/{name}/{verb}")
    print_campaigns(form, [campaign], campaign)


def print_campaigns(form: Format, campaigns: list[Any], whole: Any) -> None:
    """Print campaigns with their state and spending; JSON prints the service's answer unchanged."""
    rows = [
        {
            "name": campaign["name"],
            "state": campaign["state"],
            "waits_for": campaign["waits_for"],
            "kind": campaign["strategy"]["kind"],
            "taken": campaign["counts"]["taken"],
            "votes_reserved": campaign["votes_reserved"],
            "votes_budget": campaign["budget"]["votes"],
            "labels": campaign["counts"]["labels_accepted"],
        }
        for campaign in campaigns
    ]
    print_rows(form, rows, whole=whole)
