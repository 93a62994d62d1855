"""`shoal sampler`: campaigns and the random audit."""

from pathlib import Path
from typing import Annotated, Any

import typer

from shoal.command_line.arguments import Project
from shoal.command_line.client import URL, Client, print_cautions, read_json
from shoal.command_line.console import out
from shoal.command_line.printing import Format, FormatOption, print_rows
from shoal.samples import reference_fields

app = typer.Typer(
    help="Campaigns and the random audit of a service; selection over files.", no_args_is_help=True
)
Url = Annotated[str, typer.Option(envvar="SHOAL_SAMPLER_URL", help="Address of the sampler service.")]
Campaign = Annotated[str, typer.Argument(help="Name or id of the campaign.", show_default=False)]
ask = Client("the sampler", "SHOAL_SAMPLER_URL").ask_json


@app.command("campaigns")
def list_campaigns(project: Project, url: Url = URL, form: FormatOption = Format.TABLE) -> None:
    """Print a project's campaigns."""
    answer = ask("GET", url, f"/v1/projects/{project}/campaigns")
    print_campaigns(form, answer["campaigns"], answer)


@app.command("create")
def create_campaign(
    project: Project,
    definition: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="JSON file of a campaign.")],
    url: Url = URL,
    form: FormatOption = Format.TABLE,
) -> None:
    """Create a campaign from a JSON file.

    For instance {"name": "wheat", "strategy": {"kind": "more_like_these", "examples": ["wire/8841"]},
    "budget": {"votes": 300}}. An example is a sample's source and source id, or its id.
    """
    campaign = ask("POST", url, f"/v1/projects/{project}/campaigns", json=read_json(definition))
    print_cautions(campaign)
    print_campaigns(form, [campaign], campaign)


@app.command("show")
def show_campaign(
    project: Project, campaign: Campaign, url: Url = URL, form: FormatOption = Format.JSON
) -> None:
    """Print one campaign as JSON, with its funnel from samples to labels."""
    answer = ask("GET", url, f"/v1/projects/{project}/campaigns/{campaign}")
    print_campaigns(form, [answer], answer)


@app.command("pause")
def pause_campaign(
    project: Project, campaign: Campaign, url: Url = URL, form: FormatOption = Format.TABLE
) -> None:
    """Take no more samples until the campaign is resumed."""
    _move_campaign(project, campaign, verb="pause", url=url, form=form)


@app.command("resume")
def resume_campaign(
    project: Project, campaign: Campaign, url: Url = URL, form: FormatOption = Format.TABLE
) -> None:
    """Let a paused campaign take samples again."""
    _move_campaign(project, campaign, verb="resume", url=url, form=form)


@app.command("finish")
def finish_campaign(
    project: Project, campaign: Campaign, url: Url = URL, form: FormatOption = Format.TABLE
) -> None:
    """End a campaign for good."""
    _move_campaign(project, campaign, verb="finish", url=url, form=form)


@app.command("audit")
def change_audit(
    project: Project,
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


@app.command("similar")
def find_similar(
    project: Project,
    sample: Annotated[
        str, typer.Argument(help="A sample: its source and source id as wire/8841, or its id.")
    ],
    *,
    box: Annotated[
        str | None,
        typer.Option(
            help="A box of the sample's prediction as left,top,right,bottom: its crop is the example."
        ),
    ] = None,
    parts: Annotated[str, typer.Option(help="What to find: all, crops, or wholes (no crops).")] = "all",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Most samples.")] = 20,
    url: Url = URL,
    form: FormatOption = Format.TABLE,
) -> None:
    """Print the stored samples that are most similar to a sample, or to the crop of one of its boxes."""
    body: dict[str, Any] = {**reference_fields(sample), "parts": parts, "limit": limit}
    if box is not None:
        body["box"] = _read_box(box)
    answer = ask("POST", url, f"/v1/projects/{project}/similar", json=body)
    columns = ("similarity", "source", "source_id", "predicted_label", "crop", "sample_id")
    rows = [{name: _shown_value(item[name]) for name in columns} for item in answer["samples"]]
    print_rows(form, rows, whole=answer)


def _read_box(text: str) -> dict[str, float]:
    names = ("left", "top", "right", "bottom")
    try:
        return dict(zip(names, map(float, text.split(",")), strict=True))
    except ValueError:
        raise typer.BadParameter(
            f"{text!r} is no box: give four numbers, such as 0.1,0.2,0.4,0.5", param_hint="--box"
        ) from None


def _shown_value(value: Any) -> Any:
    """Return a value for a table: corners as text, and a cosine with three digits."""
    if isinstance(value, dict):
        return ",".join(f"{corner:g}" for corner in value.values())
    return round(value, 3) if isinstance(value, float) else value


def _move_campaign(project: str, name: str, *, verb: str, url: str, form: Format) -> None:
    campaign = ask("POST", url, f"/v1/projects/{project}/campaigns/{name}/{verb}")
    print_campaigns(form, [campaign], campaign)


def print_campaigns(form: Format, campaigns: list[Any], whole: Any) -> None:
    """Print campaigns with their state and spending; JSON prints the service's answer unchanged."""
    rows = [
        {
            "name": campaign["name"],
            "state": campaign["state"],
            "waits_for": (campaign["waits_for"] or "").replace("_", " "),
            "kind": campaign["strategy"]["kind"],
            "taken": campaign["counts"]["taken"],
            "votes_reserved": campaign["votes_reserved"],
            "votes_budget": campaign["budget"]["votes"],
            "labels": campaign["counts"]["labels_accepted"],
        }
        for campaign in campaigns
    ]
    print_rows(form, rows, whole=whole, empty="no campaign yet: create one with `shoal sampler create`")
