"""Read texts and images from files."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from shoal.files.errors import BadInput
from shoal.files.tables import open_table

if TYPE_CHECKING:
    from PIL import Image

IMAGES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff"})
TEXTS = frozenset({".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet"})


def expand_folders(paths: Sequence[Path]) -> list[Path]:
    """Return the files; a folder becomes its images, at any depth, sorted by name. Raises BadInput."""
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(file for file in path.rglob("*") if file.suffix.lower() in IMAGES)
            if not inside:
                raise BadInput(f"{path} has no images ({', '.join(sorted(IMAGES))})")
            files += inside
        elif not path.exists():
            raise BadInput(f"{path} does not exist")
        elif _file_suffix(path) not in IMAGES | TEXTS:
            raise BadInput(f"{path}: give texts ({', '.join(sorted(TEXTS))}), images, or a folder of images")
        else:
            files.append(path)
    kinds = {file.suffix.lower() in IMAGES for file in files}
    if len(kinds) > 1:
        raise BadInput("texts and images have different encoders: use one command for each")
    return files


def read_texts(file: Path, column: str) -> list[str]:
    """Return the texts of a column, or of lines; a table's only column may have any name. Raises BadInput."""
    source = open_table(file, "texts")
    name = source.column_for(column)
    if not source.has(name):
        names = ", ".join(source.format.names)
        raise BadInput(f"{source} has no column {name}; it has {names or 'none'}", field="column")
    table = source.read([name])
    table.full(name)
    return table.texts(name)


def read_images(files: Sequence[Path]) -> "Iterator[Image.Image]":
    """Yield the images. Raises BadInput."""
    from PIL import Image, UnidentifiedImageError

    for file in files:
        try:
            with Image.open(file) as image:
                image.load()
                yield image
        except (OSError, UnidentifiedImageError, Image.DecompressionBombError) as error:
            raise BadInput(f"{file} cannot be read as an image: {error}") from None


def _file_suffix(file: Path) -> str:
    return Path(file.name.removesuffix(".gz")).suffix.lower()
