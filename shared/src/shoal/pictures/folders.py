"""Find the images of a folder; no file is passed over without being counted or named."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from shoal.pictures.decoding import CAMERAS, is_picture

PICTURES = CAMERAS.union(
    {".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".jif", ".pjpeg", ".pjp", ".webp", ".bmp", ".dib"},
    {".gif", ".tif", ".tiff", ".heic", ".heif", ".hif", ".avif", ".jp2", ".j2k", ".jpf", ".jpx", ".jxl"},
    {".ico", ".icns", ".psd", ".tga", ".ppm", ".pgm", ".pbm", ".pnm", ".qoi", ".dds", ".svg", ".svgz"},
    # Not read; named, so that they are converted and not missed.
    {".eps", ".pcx", ".dcm", ".exr", ".hdr", ".wmf", ".emf", ".xcf"},
)
# Files that lie beside images and are meant for programs: counted, not named.
_SIDECARS = frozenset(
    {".txt", ".md", ".json", ".jsonl", ".csv", ".tsv", ".xml", ".yaml", ".yml", ".html"}
).union({".xmp", ".aae", ".ini", ".db", ".npy", ".npz", ".parquet", ".log", ".py", ".ipynb", ".pt", ".pkl"})
_COPIES = frozenset({"__MACOSX", "@eaDir"})  # folders of resource forks and thumbnails


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderContent:
    """Files below a folder. strange: not images. others: the number of hidden files and sidecars."""

    pictures: list[Path] = field(default_factory=list)
    strange: list[Path] = field(default_factory=list)
    others: int = 0


def find_pictures(folder: Path) -> FolderContent:
    """Return the content of a folder at any depth, sorted by path; links to folders are followed.

    A folder that cannot be listed is among the pictures, so that reading it is an error with its name.
    """
    pictures: list[Path] = []
    strange: list[Path] = []
    others = 0
    for file in sorted(_walk_folder(folder, ())):
        if _is_aside(file.relative_to(folder)):
            others += 1
        elif file.suffix.lower() in PICTURES or file.is_dir():
            pictures.append(file)
        elif file.suffix.lower() in _SIDECARS:
            others += 1
        elif file.is_file() and is_picture(file):
            pictures.append(file)
        else:
            strange.append(file)
    return FolderContent(pictures=pictures, strange=strange, others=others)


def _is_aside(path: Path) -> bool:
    return any(part.startswith(".") or part in _COPIES for part in path.parts)


def _walk_folder(folder: Path, above: tuple[str, ...]) -> Iterator[Path]:
    """Yield files, broken links and folders that cannot be listed. above: real paths, against loops."""
    real = os.path.realpath(folder)
    if real in above:
        return
    try:
        entries = list(os.scandir(folder))
    except OSError:
        yield folder
        return
    for entry in entries:
        if entry.is_dir():
            yield from _walk_folder(folder / entry.name, (*above, real))
        else:
            yield folder / entry.name
