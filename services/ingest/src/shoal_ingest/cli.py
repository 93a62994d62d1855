"""`shoal ingest`: create projects and keys, and send inference logs from files."""

import gzip
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.progress import Progress

from shoal.command_line.client import URL, Client, exit_with_problem
from shoal.command_line.console import err, out

app = typer.Typer(help="Projects, keys, and inference logs from files.", no_args_is_help=True)
Url = Annotated[str, typer.Option(envvar="SHOAL_INGEST_URL", help="Address of the ingest service.")]
client = Client("ingest", "SHOAL_INGEST_URL")


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


@app.command("send")
def send_files(
    files: Annotated[list[Path], typer.Argument(help="NDJSON files, also as .gz, or - for standard input.")],
    url: Url = URL,
    batch: Annotated[int, typer.Option(min=1, max=10_000, help="Number of inferences in a request.")] = 500,
) -> None:
    """Send an inference log. Print every rejected line with its reason; exit with 1 if there are any."""
    accepted = rejected = 0
    with Progress(console=err) as progress:
        task = progress.add_task("sending", total=None)
        for start, lines in _line_batches(files, batch):
            answer = _post_lines(url, b"\n".join(lines))
            accepted += answer["accepted"]
            rejected += answer["rejected"]
            for result in answer["results"]:
                if result["status"] == "rejected":
                    line = start + result["index"]
                    err.print(f"line {line}: {result['detail']}. {result['fix']}", markup=False)
            progress.update(
                task, completed=accepted, description=f"accepted {accepted:,}, rejected {rejected:,}"
            )
    out.print_json(data={"accepted": accepted, "rejected": rejected})
    if rejected:
        raise typer.Exit(1)


def _line_batches(files: list[Path], size: int) -> Iterator[tuple[int, list[bytes]]]:
    """Yield batches as (number of the first line, lines)."""
    numbered = enumerate((line for file in files for line in _lines_of(file) if line.strip()), start=1)
    while chunk := list(itertools.islice(numbered, size)):
        yield chunk[0][0], [line for _, line in chunk]


def _lines_of(file: Path) -> Iterator[bytes]:
    if str(file) == "-":
        yield from sys.stdin.buffer
        return
    with file.open("rb") as raw:
        yield from gzip.GzipFile(fileobj=raw) if file.suffix == ".gz" else raw


def _post_lines(url: str, body: bytes) -> Any:
    headers = {"content-encoding": "gzip", "content-type": "application/x-ndjson"}
    response = client.ask("POST", url, "/v1/inferences", content=gzip.compress(body, 1), headers=headers)
    if response.status_code not in (202, 422):
        exit_with_problem(response)
    return orjson.loads(response.content)
