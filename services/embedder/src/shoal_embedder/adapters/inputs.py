"""Texts and images in files."""

import csv
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet
from PIL import Image, UnidentifiedImageError

IMAGES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"})
TEXTS = frozenset({".csv", ".txt", ".jsonl", ".ndjson", ".parquet"})


class BadFile(ValueError):
    """A file that cannot be embedded: which, where, and the fix."""


def expand(paths: Sequence[Path]) -> list[Path]:
    """Return the files; a folder stands for its images, at any depth, in order of their names. Raises BadFile."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(each for each in path.rglob("*") if each.suffix.lower() in IMAGES)
            if not inside:
                raise BadFile(f"{path} has no images ({', '.join(sorted(IMAGES))})")
            files += inside
        elif not path.exists():
            raise BadFile(f"{path} does not exist")
        elif path.suffix.lower() not in IMAGES | TEXTS:
            raise BadFile(f"{path}: give texts ({', '.join(sorted(TEXTS))}), images, or a folder of images")
        else:
            files.append(path)
    kinds = {each.suffix.lower() in IMAGES for each in files}
    if len(kinds) > 1:
        raise BadFile("texts and images have different encoders: embed them by two commands")
    return files


def texts(file: Path, column: str) -> list[str]:
    """Return the texts of a file: a column of CSV or Parquet, a field of JSON lines, or lines. Raises BadFile."""
    try:
        found = list(_READERS[file.suffix.lower()](file, column))
    except (OSError, UnicodeDecodeError, pa.ArrowException, csv.Error) as error:
        raise BadFile(f"{file} cannot be read: {error}") from None
    empty = next((place for place, text in enumerate(found) if not text.strip()), None)
    if empty is not None:
        raise BadFile(f"{file}, text {empty} is empty: leave it out")
    return found


def images(files: Sequence[Path]) -> Iterator[Image.Image]:
    """Yield the images. Raises BadFile."""
    for file in files:
        try:
            with Image.open(file) as image:
                image.load()
                yield image
        except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
            raise BadFile(f"{file} cannot be read as an image: {error}") from None


def _csv(file: Path, column: str) -> Iterator[str]:
    csv.field_size_limit(sys.maxsize)
    with file.open(newline="", encoding="utf-8-sig") as lines:
        rows = csv.DictReader(lines)
        name = _named(list(rows.fieldnames or []), column, file)
        for row in rows:
            yield row[name] or ""


def _parquet(file: Path, column: str) -> Iterator[str]:
    names = pyarrow.parquet.read_schema(file).names
    values = pyarrow.parquet.read_table(file, columns=[_named(names, column, file)]).column(0).to_pylist()
    yield from ("" if value is None else str(value) for value in values)


def _json_lines(file: Path, column: str) -> Iterator[str]:
    for number, line in enumerate(file.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            value = orjson.loads(line)[column]
        except (orjson.JSONDecodeError, KeyError, TypeError):
            raise BadFile(
                f"{file}, line {number} is no JSON object with a field {column}: set --column"
            ) from None
        yield str(value)


def _lines(file: Path, column: str) -> Iterator[str]:
    del column
    yield from file.read_text(encoding="utf-8").splitlines()


def _named(names: list[str], column: str, file: Path) -> str:
    if column in names:
        return column
    if len(names) == 1:
        return names[0]
    raise BadFile(f"{file} has no column {column}, only {', '.join(names) or 'nothing'}: set --column")


_READERS = {".csv": _csv, ".parquet": _parquet, ".jsonl": _json_lines, ".ndjson": _json_lines, ".txt": _lines}
