"""`shoal ingest`: projects, keys, and inference logs from files."""

import gzip
import itertools
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import httpx
import orjson
import typer
from rich.console import Console
from rich.progress import Progress

app = typer.Typer(help="Projects, keys, and inference logs from files.", no_args_is_help=True)
Url = Annotated[str, typer.Option(envvar="SHOAL_INGEST_URL", help="The ingest service.")]
URL = "http://127.0.0.1:8080"
TIMEOUT_S = 60.0
out, err = Console(), Console(stderr=True)


@app.command()
def project(name: str, title: str = "", url: Url = URL) -> None:
    """Create a project."""
    body = {"project": name, "title": title} if title else {"project": name}
    out.print_json(data=_asked("POST", url, "/v1/projects", json=body))


@app.command()
def key(
    project: str,
    role: Annotated[list[str], typer.Option(help="producer, annotator, reviewer, operator or admin.")],
    url: Url = URL,
) -> None:
    """Make a key for a project; it is shown this once."""
    out.print_json(data=_asked("POST", url, f"/v1/projects/{project}/keys", json={"roles": role}))


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
    headers = {**_headers(), "content-encoding": "gzip", "content-type": "application/x-ndjson"}
    response = _send("POST", url, "/v1/inferences", content=gzip.compress(body, 1), headers=headers)
    if response.status_code not in (202, 422):
        _fail(response)
    return orjson.loads(response.content)


def _asked(method: str, url: str, path: str, **options: Any) -> Any:
    response = _send(method, url, path, headers=_headers(), **options)
    if not response.is_success:
        _fail(response)
    return response.json()


def _send(method: str, url: str, path: str, **options: Any) -> httpx.Response:
    try:
        return httpx.request(method, url + path, timeout=TIMEOUT_S, **options)
    except httpx.TransportError as error:
        err.print(f"ingest does not answer at {url}: {error}. Set --url or SHOAL_INGEST_URL.", markup=False)
        raise typer.Exit(1) from None


def _headers() -> dict[str, str]:
    given = os.environ.get("SHOAL_API_KEY")
    return {"authorization": f"Bearer {given}"} if given else {}


def _fail(response: httpx.Response) -> None:
    try:
        told = response.json()
        text = f"{told['detail']}. {told.get('fix') or ''}"
    except ValueError:
        text = response.text[:500]
    err.print(f"{response.status_code}: {text}", markup=False)
    raise typer.Exit(1)
