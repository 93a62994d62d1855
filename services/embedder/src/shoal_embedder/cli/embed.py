"""`shoal embed`: encode a user's texts or images with the service's encoders."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from shoal.cache import model_folder
from shoal.command_line.console import out
from shoal.command_line.offline import one_line_errors, show_progress
from shoal.files.errors import BadInput
from shoal.vectors import Vectors
from shoal_embedder.adapters.encoders import encoder_names, find_encoder
from shoal_embedder.adapters.encoders.named import EncoderOptions, Item, Model
from shoal_embedder.adapters.inputs import IMAGES, expand_folders, read_images, read_texts

_TEXTS_AT_ONCE, _IMAGES_AT_ONCE = 64, 32


def embed(
    *,
    files: Annotated[
        list[Path], typer.Argument(help="Tables or .txt files of texts, or images, or folders of images.")
    ],
    output: Annotated[Path, typer.Option(help=".npy file to write: float32, one row per text or image.")],
    column: Annotated[str, typer.Option(help="Name of the column or field of texts.")] = "text",
    encoder: Annotated[
        str | None,
        typer.Option(
            help=f"Encoder of texts: {', '.join(encoder_names('texts'))}; of images: "
            f"{', '.join(encoder_names('images'))}. The first is the default."
        ),
    ] = None,
    cache: Annotated[
        Path | None,
        typer.Option(
            envvar="SHOAL_MODEL_CACHE", help="Folder of the encoders' files; by default in SHOAL_CACHE."
        ),
    ] = None,
    max_tokens: Annotated[
        int, typer.Option(min=8, max=512, help="Number of tokens after which a text is cut.")
    ] = 128,
) -> None:
    """Encode texts or images without a running stack.

    For images, OUTPUT.files.txt lists the files of the rows.
    """
    with one_line_errors():
        sources = expand_folders(files)
        pictures = sources[0].suffix.lower() in IMAGES
        options = EncoderOptions(cache=(cache or model_folder()).expanduser(), max_tokens=max_tokens)
        rows = list(
            _image_vectors(sources, encoder, options)
            if pictures
            else _text_vectors(sources, column, encoder, options)
        )
        if not rows:
            raise BadInput("there is nothing to embed: give at least one text or image")
        vectors = np.concatenate(rows)
        _write_vectors(output, vectors, sources if pictures else [])
    out.print_json(data={"rows": len(vectors), "dimension": vectors.shape[1], "output": str(output)})


def _write_vectors(output: Path, vectors: Vectors, pictures: Sequence[Path]) -> None:
    try:
        with output.open("wb") as file:
            np.save(file, vectors)
        if pictures:
            names = "".join(f"{picture}\n" for picture in pictures)
            output.with_suffix(".files.txt").write_text(names, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{output} cannot be written: {error}") from None


def _load_model(name: str | None, item: Item, options: EncoderOptions) -> Model:
    try:
        encoder = find_encoder(name, item)
    except ValueError as error:
        raise BadInput(str(error), field="encoder") from None
    return encoder.load(options)


def _text_vectors(
    files: list[Path], column: str, encoder: str | None, options: EncoderOptions
) -> Iterator[Vectors]:
    whole = [text for file in files for text in read_texts(file, column)]
    model = _load_model(encoder, "texts", options)
    with show_progress("encoding") as report:
        for start in range(0, len(whole), _TEXTS_AT_ONCE):
            yield model.encode(whole[start : start + _TEXTS_AT_ONCE])
            report(min(start + _TEXTS_AT_ONCE, len(whole)), len(whole))


def _image_vectors(files: list[Path], encoder: str | None, options: EncoderOptions) -> Iterator[Vectors]:
    model = _load_model(encoder, "images", options)
    with show_progress("encoding") as report:
        for start in range(0, len(files), _IMAGES_AT_ONCE):
            yield model.encode(list(read_images(files[start : start + _IMAGES_AT_ONCE])))
            report(min(start + _IMAGES_AT_ONCE, len(files)), len(files))
