"""`shoal embed`: vectors of a user's own texts or images, by the encoders of the service."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.progress import track

from shoal.command_line.client import err, out
from shoal.vectors import Vectors
from shoal_embedder.adapters.inputs import IMAGES, BadFile, expand, images, texts

CACHE = Path("~/.cache/shoal/models")
_TEXTS_AT_ONCE, _IMAGES_AT_ONCE = 64, 32


def embed(
    files: Annotated[
        list[Path], typer.Argument(help="CSV, JSON lines, Parquet or .txt of texts; images or folders.")
    ],
    output: Annotated[
        Path, typer.Option(help="Where the vectors go: .npy, float32, a row per text or image.")
    ],
    column: Annotated[str, typer.Option(help="The column or field of the texts.")] = "text",
    cache: Annotated[Path, typer.Option(envvar="SHOAL_MODEL_CACHE", help="Where models are kept.")] = CACHE,
    max_tokens: Annotated[int, typer.Option(min=8, max=512, help="Texts are cut there.")] = 128,
) -> None:
    """Encode texts (MiniLM) or images (EfficientNet-Lite0); needs no stack. Images: OUTPUT.files.txt names the rows."""
    try:
        found = expand(files)
        pictures = found[0].suffix.lower() in IMAGES
        rows = list(_images(found, cache) if pictures else _texts(found, column, cache, max_tokens))
        if not rows:
            raise BadFile("there is nothing to embed")
        vectors = np.concatenate(rows)
        with output.open("wb") as file:
            np.save(file, vectors)
        if pictures:
            output.with_suffix(".files.txt").write_text(
                "".join(f"{each}\n" for each in found), encoding="utf-8"
            )
    except (BadFile, OSError) as error:
        err.print(str(error), markup=False, soft_wrap=True)
        raise typer.Exit(2) from None
    out.print_json(data={"rows": len(vectors), "dimension": vectors.shape[1], "output": str(output)})


def _texts(files: list[Path], column: str, cache: Path, max_tokens: int) -> Iterator[Vectors]:
    from shoal_embedder.adapters.minilm import (
        MiniLM,  # loading ONNX takes a second that errors need not wait for
    )

    everything = [text for file in files for text in texts(file, column)]
    model = MiniLM(cache.expanduser(), max_tokens=max_tokens)
    chunks = [
        everything[start : start + _TEXTS_AT_ONCE] for start in range(0, len(everything), _TEXTS_AT_ONCE)
    ]
    for chunk in track(chunks, "encoding", console=err, transient=True):
        yield model.encode(chunk)


def _images(files: list[Path], cache: Path) -> Iterator[Vectors]:
    from shoal_embedder.adapters.lite0 import EfficientNetLite0

    model = EfficientNetLite0(cache.expanduser())
    chunks = [files[start : start + _IMAGES_AT_ONCE] for start in range(0, len(files), _IMAGES_AT_ONCE)]
    for chunk in track(chunks, "encoding", console=err, transient=True):
        yield model.encode(list(images(chunk)))
