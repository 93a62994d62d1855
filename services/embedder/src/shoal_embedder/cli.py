"""`shoal embedder`: the model's file, and vectors of texts in files."""

from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.progress import track

from shoal_embedder.adapters.minilm import MiniLM, model_file

app = typer.Typer(help="The encoder: make its file, encode texts.", no_args_is_help=True)
Cache = Annotated[Path, typer.Option(envvar="SHOAL_MODEL_CACHE", help="Where the model's file is kept.")]
CACHE = Path("~/.cache/shoal/models")
CHUNK = 64
out, err = Console(), Console(stderr=True)


@app.command()
def model(cache: Cache = CACHE) -> None:
    """Make the model's file now, so that no service has to at its start; print where it is."""
    out.print(str(model_file(cache.expanduser())), soft_wrap=True)


@app.command()
def encode(
    texts: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="One text per line, UTF-8.")],
    output: Annotated[Path, typer.Option(help="Where the vectors go: .npy, float32, one row per line.")],
    cache: Cache = CACHE,
    max_tokens: Annotated[int, typer.Option(min=8, max=512)] = 128,
) -> None:
    """Encode a file of texts."""
    lines = texts.read_text(encoding="utf-8").splitlines()
    encoder = MiniLM(cache.expanduser(), max_tokens=max_tokens)
    chunks = [lines[start : start + CHUNK] for start in range(0, len(lines), CHUNK)]
    rows = [encoder.encode(chunk) for chunk in track(chunks, "encoding", console=err)]
    vectors = np.concatenate(rows) if rows else np.empty((0, encoder.dimension), np.float32)
    np.save(output, vectors)
    out.print_json(data={"texts": len(lines), "dimension": encoder.dimension, "output": str(output)})
