"""`shoal embed`: encode a user's texts or images with the service's encoders."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from shoal.cache import model_folder
from shoal.command_line.console import out
from shoal.command_line.offline import one_line_errors, print_warning
from shoal.command_line.reading import EncodingOption, MissingOption, SkipBadOption, read_options
from shoal.files.errors import BadInput
from shoal.files.outputs import OutputCheck
from shoal_embedder.adapters.encoders import encoder_names, find_encoder
from shoal_embedder.adapters.encoders.named import EncoderOptions, Item, NamedEncoder
from shoal_embedder.adapters.inputs import find_inputs
from shoal_embedder.cli.embedding import Embedding, embed_pictures, embed_texts, side_tables, write_embedding


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
    encoding: EncodingOption = None,
    skip_bad: SkipBadOption = False,
    missing: MissingOption = None,
) -> None:
    """Encode texts or images without a running stack.

    All inputs are checked before the first is encoded. For images and for several files, OUTPUT.rows.csv
    lists the input of each row; with --skip-bad, OUTPUT.left-out.csv lists the inputs that cannot be used.
    """
    with one_line_errors():
        _check_outputs(files, output)
        inputs = find_inputs(files)
        entry = _encoder_of(encoder, inputs.item)
        options = EncoderOptions(cache=(cache or model_folder()).expanduser(), max_tokens=max_tokens)
        reading = read_options(encoding, missing, skip_bad=skip_bad)
        if inputs.item == "images":
            embedding = embed_pictures(inputs, entry, options, output, skip_bad=skip_bad)
        else:
            embedding = embed_texts(inputs, column, entry=entry, options=options, reading=reading)
        write_embedding(output, embedding)
    out.print_json(data=_facts_of(embedding, output))


def _check_outputs(files: Sequence[Path], output: Path) -> None:
    """Raise BadInput for an output that cannot be written, or that is an input."""
    check = OutputCheck(files, print_warning)
    check.check_file("output", output, ".npy")
    for table in side_tables(output) if output.suffix else ():
        check.check_table("output", table)


def _encoder_of(name: str | None, item: Item) -> NamedEncoder:
    """Return the encoder of texts or images with a name. Raises BadInput."""
    try:
        return find_encoder(name, item)
    except ValueError as error:
        raise BadInput(str(error), field="encoder") from None


def _facts_of(embedding: Embedding, output: Path) -> dict[str, int | str]:
    facts: dict[str, int | str] = {
        "rows": len(embedding.vectors),
        "dimension": embedding.vectors.shape[1],
        "output": str(output),
    }
    return facts | ({"left_out": len(embedding.left_out)} if embedding.left_out else {})
