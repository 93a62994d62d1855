"""`shoal qa export`: a dataset version in the format that a trainer reads."""

from typing import Annotated

import typer

from shoal.command_line.console import err
from shoal.command_line.offline import one_line_errors, print_warning, show_progress
from shoal.files.errors import BadInput
from shoal.runtime.refusal import Refused
from shoal.wording import format_count
from shoal_qa.usecases.datasets.exports import FORMATS

_FORMATS = ", ".join(FORMATS)


def export_dataset(
    *,
    source: Annotated[
        str,
        typer.Argument(
            help="Folder of a version, from `shoal qa download`, or its address, such as s3://..."
        ),
    ],
    name: Annotated[str, typer.Argument(metavar="FORMAT", help=f"One of {_FORMATS}.")],
    output: Annotated[str, typer.Argument(help="Folder to write, or an address of object storage.")],
    media: Annotated[
        str | None,
        typer.Option(
            envvar="SHOAL_MEDIA_URI",
            help="Folder or address of the media store, whose images are copied. Default: none are.",
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Write into a folder with files; replace an earlier export there.")
    ] = False,
) -> None:
    """Write a frozen dataset version in another format; print the paths of the written files.

    Needs no running service. Rows that the format cannot hold are counted on stderr, with the reason.
    """
    from shoal_qa.adapters.exports.targets import Target
    from shoal_qa.adapters.exports.writing import export_version

    with one_line_errors():
        try:
            target = Target(output)
            target.check_empty(force=force)
            with show_progress(f"writing {name}") as report:
                result = export_version(source, name, target, media=media, report=report)
        except Refused as error:
            raise BadInput(f"{error.detail}; {error.fix[:1].lower()}{error.fix[1:]}") from None
        except OSError as error:
            raise BadInput(f"{error.filename or output}: {error.strerror or error}") from None
    for loss in result["left_out"]:
        print_warning(f"left out: {format_count(loss['rows'], 'row')} ({loss['reason']})")
    if missing := result.get("images", {}).get("missing"):
        print_warning(f"the media store lacks {missing} of the images that rows name, or has them damaged")
    for file in result["files"]:
        typer.echo(f"{output.rstrip('/')}/{file['path']}")
    err.print(
        f"{format_count(result['rows'], 'row')} as {name}: {output}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    if not result["rows"]:
        raise typer.Exit(1)
