"""`shoal ingest`: projects and keys."""

from typing import Annotated

import typer

from shoal.command_line.client import URL, Client
from shoal.command_line.console import out
from shoal_ingest.cli.options import Url
from shoal_ingest.cli.send import send_files

app = typer.Typer(help="Projects, keys, and inference logs from files.", no_args_is_help=True)
client = Client("ingest", "SHOAL_INGEST_URL")
app.command("send")(send_files)


@app.command("project")
def create_project(
    name: str, title: Annotated[str, typer.Option(help="Title for display.")] = "", url: Url = URL
) -> None:
    """Create a project."""
    body = {"project": name, "title": title} if title else {"project": name}
    out.print_json(data=client.ask_json("POST", url, "/v1/projects", json=body))


@app.command("key")
def create_key(
    project: str,
    role: Annotated[
        list[str], typer.Option(help="Role of the key: producer, annotator, reviewer, operator or admin.")
    ],
    url: Url = URL,
) -> None:
    """Create a key for a project; it is printed only once."""
    out.print_json(data=client.ask_json("POST", url, f"/v1/projects/{project}/keys", json={"roles": role}))
