"""The inputs of `shoal embed`: files of texts, or images and folders of images."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from shoal.files.errors import BadInput
from shoal.pictures.decoding import is_picture
from shoal.pictures.folders import PICTURES, find_pictures
from shoal.wording import format_count
from shoal_embedder.adapters.encoders.named import Item

TEXTS = frozenset({".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet"})


@dataclass(slots=True, kw_only=True)
class Inputs:
    """Files to read. strange: files in folders that are not images. others: hidden files and sidecars."""

    paths: Sequence[Path]
    pictures: list[Path] = field(default_factory=list)
    texts: list[Path] = field(default_factory=list)
    strange: list[Path] = field(default_factory=list)
    others: int = 0

    @property
    def item(self) -> Item:
        """What the files hold."""
        return "images" if self.pictures else "texts"

    @property
    def name(self) -> str:
        """The inputs' name in messages: the path, or how many there are."""
        return f"{self.item} {self.paths[0] if len(self.paths) == 1 else f'{len(self.paths):,} paths'}"


def find_inputs(paths: Sequence[Path]) -> Inputs:
    """Return the files; a folder becomes its images, at any depth, sorted by path. Raises BadInput."""
    inputs = Inputs(paths=paths)
    for path in paths:
        if path.is_dir():
            _add_folder(inputs, path)
        elif not path.exists() and not path.is_symlink():
            raise BadInput(f"{path} does not exist")
        else:
            _add_file(inputs, path)
    if inputs.pictures and inputs.texts:
        raise BadInput("texts and images have different encoders: use one command for each")
    return inputs


def _add_folder(inputs: Inputs, folder: Path) -> None:
    content = find_pictures(folder)
    if not content.pictures:
        count = len(content.strange) + content.others
        also = (
            f", but {format_count(count, 'other file')}; give files of texts by their names" if count else ""
        )
        raise BadInput(f"{folder} has no images{also}")
    inputs.pictures += content.pictures
    inputs.strange += content.strange
    inputs.others += content.others


def _add_file(inputs: Inputs, file: Path) -> None:
    suffix = Path(file.name.removesuffix(".gz")).suffix.lower()
    if suffix in TEXTS:
        inputs.texts.append(file)
    elif file.suffix.lower() in PICTURES or (file.is_file() and is_picture(file)):
        inputs.pictures.append(file)
    else:
        raise BadInput(f"{file}: give texts ({', '.join(sorted(TEXTS))}), images, or a folder of images")
