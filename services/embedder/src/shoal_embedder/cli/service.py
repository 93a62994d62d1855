"""`shoal embedder`: the model's file."""

from pathlib import Path
from typing import Annotated

import typer

from shoal.command_line.client import out
from shoal_embedder.adapters.minilm import model_file

app = typer.Typer(help="The encoder's file.", no_args_is_help=True)
Cache = Annotated[Path, typer.Option(envvar="SHOAL_MODEL_CACHE", help="Where the model's file is kept.")]
CACHE = Path("~/.cache/shoal/models")


@app.command()
def model(cache: Cache = CACHE) -> None:
    """Make the model's file now, so that no service has to at its start; print where it is."""
    out.print(str(model_file(cache.expanduser())), soft_wrap=True)
