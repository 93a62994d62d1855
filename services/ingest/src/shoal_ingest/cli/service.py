"""`shoal ingest`: projects, keys and erasures; sending files."""

from typing import Annotated, Any

import typer

from shoal.command_line.arguments import Project
from shoal.command_line.client import URL, Client, print_cautions
from shoal.command_line.console import out
from shoal.command_line.printing import Format, FormatOption, print_rows
from shoal.wording import format_count
from shoal_ingest.cli.images import send_images
from shoal_ingest.cli.options import Url
from shoal_ingest.cli.send import send_files

app = typer.Typer(
    help="Projects, keys and erasures; inference logs and images from files.", no_args_is_help=True
)
client = Client("ingest", "SHOAL_INGEST_URL")
app.command("send")(send_files)
app.command("images")(send_images)


@app.command("project")
def create_project(
    name: Annotated[str, typer.Argument(help="Name: small letters, digits and dashes.", show_default=False)],
    title: Annotated[str, typer.Option(help="Title for display.")] = "",
    url: Url = URL,
) -> None:
    """Create a project."""
    body = {"project": name, "title": title} if title else {"project": name}
    out.print_json(data=client.ask_json("POST", url, "/v1/projects", json=body))


@app.command("key")
def create_key(
    project: Project,
    role: Annotated[
        list[str], typer.Option(help="Role of the key: producer, annotator, reviewer, operator or admin.")
    ],
    annotator: Annotated[
        str, typer.Option(help="Only name that the key's holder can label under; * for every name.")
    ] = "",
    url: Url = URL,
) -> None:
    """Create a key for a project; it is printed only once."""
    body: dict[str, Any] = {"roles": role} | ({"annotator": annotator} if annotator else {})
    out.print_json(data=client.ask_json("POST", url, f"/v1/projects/{project}/keys", json=body))


@app.command("erase")
def erase_samples(
    *,
    project: Project,
    samples: Annotated[
        list[str], typer.Argument(help="Samples by source and source id, as wire/8841, or by id.")
    ],
    reason: Annotated[str, typer.Option(help="Reason of the erasure, stored with it.")] = "requested",
    yes: Annotated[bool, typer.Option("--yes", help="Erase without asking.")] = False,
    url: Url = URL,
    form: FormatOption = Format.TABLE,
) -> None:
    """Erase samples in every service: content, vector, votes and label."""
    if not yes:
        count = format_count(len(samples), "sample")
        typer.confirm(f"Erase {count} of project {project} in every service for good?", abort=True, err=True)
    body = {"samples": samples, "reason": reason}
    answer = client.ask_json("POST", url, f"/v1/projects/{project}/erasures", json=body)
    print_cautions(answer)
    rows = [
        {"sample": sample, **erasure} for sample, erasure in zip(samples, answer["erasures"], strict=True)
    ]
    print_rows(form, rows, whole=answer)
