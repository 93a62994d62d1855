"""The steps of `shoal embed`: read and check all inputs, say what was read, encode, write."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from shoal.command_line.offline import print_summary, print_warning, show_progress
from shoal.files.columns import column_of
from shoal.files.errors import BadInput
from shoal.files.options import ReadOptions
from shoal.files.outputs import replace_file
from shoal.files.suspects import MISSING, missing_warning
from shoal.vectors import Vectors
from shoal.wording import format_count
from shoal_embedder.adapters.encoders.named import EncoderOptions, Model, NamedEncoder
from shoal_embedder.adapters.inputs import Inputs
from shoal_embedder.adapters.left_out import (
    LeftOut,
    named_items,
    refuse_items,
    write_left_out,
    write_rows,
)
from shoal_embedder.adapters.pictures.reducing import ReducedPictures, open_store, reduce_pictures
from shoal_embedder.adapters.texts import Texts, read_texts

_TEXTS_AT_ONCE, _IMAGES_AT_ONCE = 64, 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedding:
    """The result. files and rows: of every vector; empty if the rows are those of a single table."""

    vectors: Vectors
    files: Sequence[Path] = ()
    rows: Sequence[int] = ()
    left_out: Sequence[LeftOut] = field(default=())


def embed_pictures(
    inputs: Inputs, entry: NamedEncoder, options: EncoderOptions, output: Path, *, skip_bad: bool
) -> Embedding:
    """Return the vectors of images. Raises BadInput that names every file that cannot be read."""
    files, reduce = inputs.pictures, entry.reduce or (lambda image: image)
    with open_store(output) as store:
        with show_progress("reading images") as report:
            reduced = reduce_pictures(files, reduce, store, report)
        if not skip_bad:
            refuse_items(reduced.left_out, len(files), "images")
        _check_rest(len(reduced.files), reduced.left_out)
        _summarize_pictures(inputs, reduced, entry.name)
        model = load_model(entry, options)
        batches = reduced.batches(_IMAGES_AT_ONCE)
        vectors = _encode_items(model, batches, len(reduced.files))
    return Embedding(vectors=vectors, files=reduced.files, left_out=reduced.left_out)


def embed_texts(
    inputs: Inputs, column: str, *, entry: NamedEncoder, options: EncoderOptions, reading: ReadOptions
) -> Embedding:
    """Return the vectors of texts. Raises BadInput that names every row that cannot be used."""
    with show_progress("reading texts"):
        parts = [read_texts(file, column, reading) for file in inputs.texts]
    left_out = [item for part in parts for item in part.left_out]
    texts = [text for part in parts for text in part.texts]
    if not reading.skip_bad:
        refuse_items(left_out, len(texts) + len(left_out), "texts")
    _check_rest(len(texts), left_out)
    model = load_model(entry, options)
    for part in parts:
        cut = sum(model.count_cut(batch) for batch in _batches_of(part.texts, 1024))
        _summarize_texts(part, entry.name, cut, options.max_tokens)
    vectors = _encode_items(model, _batches_of(texts, _TEXTS_AT_ONCE), len(texts))
    if len(parts) == 1 and not left_out:
        return Embedding(vectors=vectors)
    files = [part.table.file for part in parts for _ in part.texts]
    rows = [row for part in parts for row in part.rows]
    return Embedding(vectors=vectors, files=files, rows=rows, left_out=left_out)


def write_embedding(output: Path, embedding: Embedding) -> None:
    """Write the vectors and the tables beside them; tables of an earlier run go. Raises BadInput."""
    with replace_file(output) as partial:
        with partial.open("wb") as file:
            np.save(file, embedding.vectors)
        if output.suffix:  # a device has no neighbours
            for table in side_tables(output):
                table.unlink(missing_ok=True)
            rows, left_out = side_tables(output)
            if embedding.files:
                write_rows(rows, embedding.files, embedding.rows)
            if embedding.left_out:
                write_left_out(left_out, embedding.left_out)


def side_tables(output: Path) -> tuple[Path, Path]:
    """Return the files beside an output: the inputs of its rows, and the inputs that were left out."""
    return output.with_suffix(".rows.csv"), output.with_suffix(".left-out.csv")


def load_model(entry: NamedEncoder, options: EncoderOptions) -> Model:
    """Return the model. Raises BadInput if its file cannot be written."""
    try:
        return entry.load(options)
    except OSError as error:
        raise BadInput(
            f"the model's file cannot be written to {options.cache}: {error}", field="cache"
        ) from None


def _encode_items(model: Model, batches: Iterable[Sequence[Any]], total: int) -> Vectors:
    vectors: list[Vectors] = []
    count = 0
    with show_progress("encoding") as report:
        for batch in batches:
            vectors.append(model.encode(batch))
            count += len(batch)
            report(count, total)
    return np.concatenate(vectors)


def _check_rest(count: int, left_out: Sequence[LeftOut]) -> None:
    """Raise BadInput if nothing is left to encode."""
    if not count:
        names = f": {named_items(left_out)}" if left_out else ""
        raise BadInput(f"there is nothing to embed{names or ', give at least one text or image'}")


def _summarize_pictures(inputs: Inputs, reduced: ReducedPictures, encoder: str) -> None:
    count = len(reduced.files)
    facts = [format_count(count, "image"), f"encoder {encoder}"]
    if reduced.left_out:
        facts.append(_left_out_fact(reduced.left_out))
    if inputs.strange:
        facts.append(f"not images: {named_items(inputs.strange)}")
    if inputs.others:
        facts.append(f"hidden files and files of text or data: {inputs.others:,}")
    print_summary(inputs.name, facts)
    if reduced.dark:
        print_warning(
            f"{format_count(reduced.dark, 'image')} of 16 bits: nearly black to the encoder, for less than a sixteenth "
            "of the range is used: scale them to 0..65,535"
        )


def _summarize_texts(part: Texts, encoder: str, cut: int, max_tokens: int) -> None:
    _warn_of_texts(part)
    facts = list(dict.fromkeys([*part.table.facts(), f"column {part.column}", f"encoder {encoder}"]))
    if part.left_out:
        facts.append(_left_out_fact(part.left_out))
    if cut:
        facts.append(
            f"{cut:,} of {format_count(len(part.texts), 'text')} cut at {max_tokens} tokens (--max-tokens)"
        )
    print_summary(part.table, facts)


def _warn_of_texts(part: Texts) -> None:
    """Warn of texts that look like missing values, and of a text that may have been read as the header."""
    missing = column_of(text.strip() for text in part.texts if text.strip() in MISSING).coded()
    warning = missing_warning(part.column, missing, "texts")
    if warning is not None:
        print_warning(f"{part.table}: {warning}")
    if len(part.column.split()) > 1:
        print_warning(
            f"{part.table}: the first line, {part.column!r}, is read as the name of the column; "
            "if it is a text, put the line text before it"
        )


def _left_out_fact(left_out: Sequence[LeftOut]) -> str:
    return f"{len(left_out):,} left out: {named_items(left_out)}"


def _batches_of(items: Sequence[Any], count: int) -> Iterable[Sequence[Any]]:
    return (items[start : start + count] for start in range(0, len(items), count))
