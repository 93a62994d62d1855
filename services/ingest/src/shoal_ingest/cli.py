"""`shoal ingest`: projects, keys, and inference logs from files."""

import gzip
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.progress import Progress

from shoal.command_line.client import URL, Client, fail
from shoal.command_line.console import err, out

app = typer.Typer(help="Projects, keys, and inference logs from files.", no_args_is_help=True)
Url = Annotated[str, typer.Option(envvar="SHOAL_INGEST_URL", help="The ingest service.")]
client = Client("ingest", "SHOAL_INGEST_URL")


@app.command()
def project(name: str, title: str = "", url: Url = URL) -> None:
    """Create a project."""
    body = {"project": name, "title": title} if title else {"project": name}
    out.print_json(data=client.asked("POST", url, "/v1/projects", json=body))


@app.command()
def key(
    project: str,
    role: Annotated[list[str], typer.Option(help="producer, annotator, reviewer, operator or admin.")],
    url: Url = URL,
) -> None:
    """Make a key for a project; it is shown this once."""
    out.print_json(data=client.asked("POST", url, f"/v1/projects/{project}/keys", json={"roles": role}))


@app.command()
def send(
    files: Annotated[list[Path], typer.Argument(help="NDJSON files (.gz too), or - for standard input.")],
    url: Url = URL,
    batch: Annotated[int, typer.Option(min=1, max=10_000, help="Inferences per request.")] = 500,
) -> None:
    """Send an inference log. Exits with 1 when a line was rejected; each is shown with its reason."""
    sent = rejected = 0
    with Progress(console=err) as progress:
        task = progress.add_task("sending", total=None)
        for start, lines in _batches(files, batch):
            answer = _post(url, b"\n".join(lines))
            sent += answer["accepted"]
            rejected += answer["rejected"]
            for each in answer["results"]:
                if each["status"] == "rejected":
                    err.print(f"line {start + each['index']}: {each['detail']}. {each['fix']}", markup=False)
            progress.update(task, completed=sent, description=f"accepted {sent:,}, rejected {rejected:,}")
    out.print_json(data={"accepted": sent, "rejected": rejected})
    if rejected:
        raise typer.Exit(1)


def _batches(files: list[Path], size: int) -> Iterator[tuple[int, list[bytes]]]:
    """Yield (number of the first line, lines)."""
    numbered = enumerate((line for file in files for line in _lines(file) if line.strip()), start=1)
    while chunk := list(itertools.islice(numbered, size)):
        yield chunk[0][0], [line for _, line in chunk]


def _lines(file: Path) -> Iterator[bytes]:
    if str(file) == "-":
        yield from sys.stdin.buffer
        return
    with file.open("rb") as raw:
        yield from gzip.GzipFile(fileobj=raw) if file.suffix == ".gz" else raw


def _post(url: str, body: bytes) -> Any:
    headers = {"content-encoding": "gzip", "content-type": "application/x-ndjson"}
    response = client.sent("POST", url, "/v1/inferences", content=gzip.compress(body, 1), headers=headers)
    if response.status_code not in (202, 422):
        fail(response)
    return orjson.loads(response.content)
