"""`shoal ingest images`: send the images of a folder, with the predictions of a table."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from shoal.command_line.client import URL, Client
from shoal.command_line.offline import one_line_errors, print_summary, print_warning, show_progress
from shoal.command_line.printing import Format, FormatOption, print_rows
from shoal.files.errors import BadInput
from shoal.pictures.folders import FolderContent, find_pictures
from shoal.wording import format_count
from shoal_ingest.adapters.door import IngestDoor
from shoal_ingest.cli.options import Url
from shoal_ingest.cli.send import FAILED, INTERRUPTED, print_line
from shoal_ingest.cli.sent_images import SentImages
from shoal_ingest.usecases.sending.send_images import ImageFile, SendImages
from shoal_ingest.usecases.sending.send_log import NotSent

_SHOWN = 10  # names in one warning


def send_images(
    *,
    folder: Annotated[Path, typer.Argument(help="Folder of images; folders in it are read too.")],
    project: Annotated[str, typer.Option(help="Project to send them to.")],
    predictions: Annotated[
        Path | None,
        typer.Option(
            help="Table with a column file, the path in the folder, and predictions (docs/media.md)."
        ),
    ] = None,
    model: Annotated[str, typer.Option(help="Model of predictions that name none.")] = "",
    source: Annotated[
        str, typer.Option(help="Source of the samples; the path is the source id.")
    ] = "default",
    jobs: Annotated[int, typer.Option(min=1, max=32, help="Images that are sent at a time.")] = 4,
    ids: Annotated[bool, typer.Option("--ids", help="Print the sample id of every image.")] = False,
    retries: Annotated[int, typer.Option(min=0, help="Retries of a request while ingest is down.")] = 5,
    url: Url = URL,
    form: FormatOption = Format.TABLE,
) -> None:
    """Send a folder of images; an image that was sent before is not sent again and counts once.

    Prints how many were accepted, repeated and refused, and every refused image with its reason. Stopped, the
    command goes on where it was when it is started again.

    Exit codes: 0 every image is accepted or repeated, 1 some are refused or ingest failed, 2 wrong usage or
    a table that cannot be read.
    """
    with one_line_errors():
        files = _find_files(folder, predictions, model)
    tally = SentImages(str(folder), print_line)
    code = _send_all(files, tally, url=url, project=project, source=source, jobs=jobs, retries=retries)
    print_rows(
        form, tally.id_rows if ids else [tally.counts()], whole=tally.id_rows if ids else tally.counts()
    )
    if code := code or (FAILED if tally.refused else 0):
        raise typer.Exit(code)


def _find_files(folder: Path, predictions: Path | None, model: str) -> list[ImageFile]:
    """Return the images with the fields of their inferences. Raises BadInput."""
    if not folder.is_dir():
        raise BadInput(f"{folder} is no folder; shoal ingest send sends files of inferences")
    content = find_pictures(folder)
    if not content.pictures:
        raise BadInput(f"{folder} has no images")
    fields, ignored = ({}, []) if predictions is None else _read_table(predictions, model)
    names = {path.relative_to(folder).as_posix(): path for path in content.pictures}
    _describe_folder(folder, content, f"{len(names.keys() & fields.keys()):,} with a prediction")
    if missing := [name for name in fields if name not in names]:
        print_warning(f"{predictions} names files that the folder does not have: {_shown_names(missing)}")
    if ignored:
        print_warning(f"{predictions} has columns that mean nothing here: {_shown_names(ignored)}")
    return [ImageFile(path=path, name=name, fields=fields.get(name, {})) for name, path in names.items()]


def _read_table(file: Path, model: str) -> tuple[Mapping[str, Mapping[str, Any]], Sequence[str]]:
    from shoal_ingest.adapters.predictions import read_predictions  # numpy, which other commands do without

    return read_predictions(file, model)


def _describe_folder(folder: Path, content: FolderContent, fact: str) -> None:
    """Print what will be sent, and what of the folder will not. fact: about the predictions."""
    others = f"{format_count(content.others, 'hidden or other file')} left out" if content.others else ""
    print_summary(f"images {folder}", [f"{len(content.pictures):,}", fact, others])
    if content.strange:
        print_warning(f"no images: {_shown_names([str(path) for path in content.strange])}")


def _shown_names(names: Sequence[str]) -> str:
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _send_all(
    files: Sequence[ImageFile],
    tally: SentImages,
    *,
    url: str,
    project: str,
    source: str,
    jobs: int,
    retries: int,
) -> int:
    """Send the images and return the exit code of failures."""
    with show_progress("sending") as show, Client("ingest", "SHOAL_INGEST_URL").connect(url) as http:
        door = IngestDoor(http, retries=retries, notify=print_line)
        send = SendImages(door, project=project, source=source, jobs=jobs)
        try:
            for outcomes in send(files):
                tally.add(outcomes)
                show(tally.total, len(files))
        except NotSent as error:
            print_line(f"{error}. {tally.sent_before()}")
            return FAILED
        except KeyboardInterrupt:
            print_line(f"stopped. {tally.sent_before()}")
            return INTERRUPTED
    return 0
