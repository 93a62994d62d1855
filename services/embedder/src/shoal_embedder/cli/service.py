"""`shoal embedder`: the model's file."""

from pathlib import Path
from typing import Annotated

import typer

from shoal.command_line.console import out

app = typer.Typer(help="The encoder's file.", no_args_is_help=True)
Cache = Annotated[Path, typer.Option(envvar="SHOAL_MODEL_CACHE", help="Folder of the encoders' files.")]
CACHE = Path("~/.cache/shoal/models")


@app.command()
def model(cache: Cache = CACHE) -> None:
    """Write the model's file now, so that services start faster; print its path."""
    from shoal_embedder.adapters.minilm import model_file  # ONNX, which the help need not load

    out.print(str(model_file(cache.expanduser())), soft_wrap=True)
