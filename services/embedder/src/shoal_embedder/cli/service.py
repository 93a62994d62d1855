"""`shoal embedder`: commands for the encoder's file and for Qdrant."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from shoal.cache import model_folder
from shoal.command_line.console import out
from shoal.command_line.offline import one_line_errors
from shoal.files.errors import BadInput
from shoal.wording import format_count
from shoal_embedder.adapters.encoders import ENCODERS

app = typer.Typer(help="The encoder's file, and the vectors in Qdrant.", no_args_is_help=True)
Cache = Annotated[
    Path | None,
    typer.Option(
        envvar="SHOAL_MODEL_CACHE", help="Folder of the encoders' files; by default in SHOAL_CACHE."
    ),
]


@app.command("model")
def write_model(
    encoder: Annotated[
        str, typer.Option(help=f"Encoder: {', '.join(ENCODERS)}.", envvar="SHOAL_ENCODER")
    ] = next(iter(ENCODERS)),
    cache: Cache = None,
) -> None:
    """Write the model's file in advance, so that services start faster, and print its path."""
    with one_line_errors():
        if encoder not in ENCODERS:
            raise BadInput(f"{encoder!r} is unknown: use one of {', '.join(ENCODERS)}", field="encoder")
        out.print(str(ENCODERS[encoder].write_file((cache or model_folder()).expanduser())), soft_wrap=True)


@app.command("refill")
def refill_vectors(
    project: Annotated[str | None, typer.Option(help="Project to refill; by default all.")] = None,
) -> None:
    """Store the vectors of the topic samples.embedded in Qdrant again, for example after restoring it.

    Samples that were erased are deleted, as a snapshot may have brought them back.

    Reads the address of Qdrant and Kafka's settings from the environment.
    """
    from shoal.messaging.errors import is_transient
    from shoal_embedder.main import refill_store

    try:
        out.print(f"{format_count(asyncio.run(refill_store(project)), 'vector')} stored")
    except Exception as error:
        if not is_transient(error):
            raise
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from None
