"""Decode all images once, in threads, and keep what the encoder reads of them."""

import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, cast

from shoal.files.outputs import nearest_folder
from shoal.pictures.decoding import BadPicture, open_picture
from shoal.pictures.pixels import looks_black
from shoal.processors import usable_processors
from shoal_embedder.adapters.left_out import LeftOut

if TYPE_CHECKING:
    from PIL import Image

IN_MEMORY = 1 << 28  # bytes; 5,400 images of 128 x 128 pixels
Reduce = Callable[["Image.Image"], "Image.Image"]


def open_store(output: Path) -> IO[bytes]:
    """Return a temporary file, in memory or, above IN_MEMORY bytes, on the disk of `output`."""
    return cast(IO[bytes], tempfile.SpooledTemporaryFile(max_size=IN_MEMORY, dir=str(nearest_folder(output))))


@dataclass(frozen=True, slots=True)
class _Outcome:
    reason: str = ""
    size: tuple[int, int] = (0, 0)
    pixels: bytes = b""
    dark: bool = False


@dataclass(slots=True, kw_only=True)
class ReducedPictures:
    """Images at the encoder's size, in memory or in a temporary file without a name.

    files: the files of the rows. left_out: files that could not be decoded. dark: number of 16-bit images
    that look black.
    """

    store: IO[bytes]
    files: list[Path] = field(default_factory=list)
    sizes: list[tuple[int, int]] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    dark: int = 0

    def batches(self, count: int) -> "Iterator[list[Image.Image]]":
        """Yield the images in order, `count` at a time."""
        from PIL import Image

        self.store.seek(0)
        for start in range(0, len(self.sizes), count):
            sizes = self.sizes[start : start + count]
            yield [Image.frombytes("RGB", size, self.store.read(3 * size[0] * size[1])) for size in sizes]

    def add(self, file: Path, outcome: _Outcome) -> None:
        """Add an image, or the reason why there is none."""
        if outcome.reason:
            self.left_out.append(LeftOut(file=file, problem=outcome.reason))
            return
        self.store.write(outcome.pixels)
        self.files.append(file)
        self.sizes.append(outcome.size)
        self.dark += outcome.dark


def reduce_pictures(
    files: Sequence[Path], reduce: Reduce, store: IO[bytes], report: Callable[[int, int], None]
) -> ReducedPictures:
    """Return what the encoder reads of every image.

    Decoding takes longer than encoding for photographs, so that a check that decodes and forgets would
    nearly double the time.
    """
    reduced = ReducedPictures(store=store)
    pool = ThreadPoolExecutor(usable_processors(), thread_name_prefix="decoder")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Pillow's, about metadata that is not read here
            outcomes = pool.map(lambda file: _reduce_picture(file, reduce), files)
            for count, (file, outcome) in enumerate(zip(files, outcomes, strict=True), start=1):
                reduced.add(file, outcome)
                report(count, len(files))
    finally:
        pool.shutdown(cancel_futures=True)
    return reduced


def _reduce_picture(file: Path, reduce: Reduce) -> _Outcome:
    try:
        with open_picture(file) as image:
            dark = looks_black(image)
            small = reduce(image).convert("RGB")
    except BadPicture as error:
        return _Outcome(str(error))
    return _Outcome("", small.size, small.tobytes(), dark)
