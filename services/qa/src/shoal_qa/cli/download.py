"""`shoal qa download`: the files of a dataset version, complete and verified."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Annotated, Any

import typer

from shoal.command_line.arguments import Project
from shoal.command_line.client import URL, exit_with_problem
from shoal.command_line.console import err
from shoal.command_line.offline import one_line_errors, show_progress
from shoal.files.errors import BadInput
from shoal_qa.adapters.files.downloads import Target, missing_targets, prepare_folder
from shoal_qa.cli.service import Dataset, Url, client
from shoal_qa.usecases.datasets.files import LATEST, MANIFEST

PARTIAL = 206


def download_version(
    *,
    project: Project,
    dataset: Dataset,
    version: Annotated[str, typer.Argument(help="Version of the dataset or its number, or latest.")] = LATEST,
    output: Annotated[
        Path | None, typer.Option(help="Folder to write; by default <dataset>-<version>.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files with other content.")] = False,
    url: Url = URL,
) -> None:
    """Download the files of a dataset version and verify their SHA-256; print the paths of written files.

    A file appears when it is complete. After an interruption the same command continues.
    """
    with one_line_errors():
        address = f"/v1/projects/{project}/datasets/{dataset}"
        manifest = client.ask_json("GET", url, f"{address}/{version}")
        files = f"{address}/{manifest['version']}/files"
        text = _fetch_manifest(url, files)
        folder = output or Path(f"{dataset}-{manifest['version']}")
        prepare_folder(folder)
        targets = [*_listed_targets(manifest, folder), _manifest_target(text, folder)]
        missing = missing_targets(targets, force=force)
        for target in targets:
            if target in missing:
                _fetch_target(target, text, url, files)
                typer.echo(target.path)
            else:
                _print_line(f"unchanged: {target.path}")


def _fetch_manifest(url: str, files: str) -> bytes:
    """Return the content of the version's manifest.json."""
    response = client.ask("GET", url, f"{files}/{MANIFEST}")
    if not response.is_success:
        exit_with_problem(response)
    return response.content


def _listed_targets(manifest: dict[str, Any], folder: Path) -> list[Target]:
    """Return the files that a manifest lists. Raises BadInput for a name that leads out of the folder."""
    targets = [
        Target(folder=folder, name=entry["path"], size=entry["bytes"], sha256=entry["sha256"])
        for entry in manifest["files"]
    ]
    for target in targets:
        if PurePath(target.name).name != target.name or target.name == MANIFEST:
            raise BadInput(f"the manifest lists {target.name!r}, which is no plain file name")
    return targets


def _manifest_target(text: bytes, folder: Path) -> Target:
    return Target(folder=folder, name=MANIFEST, size=len(text), sha256=hashlib.sha256(text).hexdigest())


def _fetch_target(target: Target, manifest: bytes, url: str, files: str) -> None:
    """Write a file. Exits with 1 and one line if other bytes arrive than the manifest lists."""
    if target.name == MANIFEST:
        _write_all(target, iter([manifest]), 0)
    elif target.arrived() < target.size or not target.size:
        _fetch_rest(target, url, files)
    if not target.finish():
        reason = "the bytes that arrived do not have the SHA-256 of the manifest. Run the command again;"
        fix = "if that does not help, restore the file in the storage of datasets."
        _print_line(f"{target.path}: {reason} {fix}")
        raise typer.Exit(1)


def _fetch_rest(target: Target, url: str, files: str) -> None:
    """Fetch the bytes of a file that have not arrived."""
    start = target.arrived()
    headers = {"accept-encoding": "identity"}
    if start:
        headers |= {"range": f"bytes={start}-", "if-range": f'"{target.sha256}"'}
    path = f"{files}/{target.name}"
    with (
        client.connect(url) as http,
        _one_line_breaks(url),
        http.stream("GET", path, headers=headers) as response,
    ):
        if not response.is_success:
            response.read()
            exit_with_problem(response)
        _write_all(target, response.iter_raw(), start if response.status_code == PARTIAL else 0)


@contextmanager
def _one_line_breaks(url: str) -> Iterator[None]:
    """Exit with 1 and one line if the connection breaks."""
    import httpx

    try:
        yield
    except httpx.TransportError as error:
        message = f"the connection to {url} broke: {error}. Run the command again: it continues."
        _print_line(message)
        raise typer.Exit(1) from None


def _write_all(target: Target, parts: Iterator[bytes], start: int) -> None:
    with show_progress(target.name) as report:
        for count in target.write(parts, start):
            report(count, target.size)


def _print_line(message: str) -> None:
    err.print(message, markup=False, highlight=False, soft_wrap=True)
