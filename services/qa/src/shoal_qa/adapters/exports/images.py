"""The images of rows, from the media store."""

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

from shoal.files.errors import BadInput
from shoal.media.fsspec_store import FsspecMedia
from shoal.media.store import URI_START, MediaStore
from shoal.messaging.errors import Transient
from shoal.pictures.crops import split_crop_uri
from shoal.pictures.decoding import BadPicture
from shoal.pictures.showing import cropped_png
from shoal.pictures.turning import upright_bytes

Row = dict[str, Any]
ReadImage = Callable[[Mapping[str, Any]], bytes | None]
AHEAD = 16
"""Images that are read together, and in memory: object storage takes as long for one."""

_SHA256 = re.compile(r"[0-9a-f]{64}")


class Images:
    """Reads images of a project, and counts those that rows name and the store does not have."""

    def __init__(self, store: MediaStore | None, project: str, runner: asyncio.Runner) -> None:
        self._store = store
        self._project = project
        self._runner = runner
        self._batch: list[Mapping[str, Any]] = []
        self._originals: dict[str, bytes | None] = {}  # of the batch, once one of them is read
        self._copied = 0
        self._missing = 0

    def read_ahead(self, rows: Iterable[Row]) -> Iterator[Row]:
        """Yield rows; when the image of one is read, those of the next rows are read with it."""
        waiting = iter(rows)
        while batch := list(islice(waiting, AHEAD)):
            self._batch, self._originals = list(batch), {}
            yield from batch

    def read(self, row: Mapping[str, Any]) -> bytes | None:
        """Return the image of a row; None if it has none, or the store has it not or damaged.

        It is as people saw it: turned, if its EXIF data says so; and of a crop it is the part that was
        labelled, as PNG. Raises BadInput if the store cannot be reached.
        """
        uri = row.get("uri") or ""
        if self._store is None or row.get("text") is not None or not uri:
            return None
        image = self._show_part(uri) if _original_name(row) else None
        self._copied += image is not None
        self._missing += image is None
        return image

    def counts(self) -> dict[str, Any]:
        """Return the images of the export's report: none without a store."""
        if self._store is None:
            return {}
        return {"images": {"copied": self._copied, "missing": self._missing}}

    def _show_part(self, uri: str) -> bytes | None:
        whole, crop = split_crop_uri(uri)
        image = self._find_original(whole.removeprefix(URI_START))
        if image is None:
            return None
        try:
            return upright_bytes(image) if crop is None else cropped_png(image, crop)
        except (BadPicture, ValueError):
            return None

    def _find_original(self, name: str) -> bytes | None:
        if name not in self._originals:
            names = {name, *filter(None, map(_original_name, self._batch))}
            self._originals = self._fetch_originals(sorted(names))
        return self._originals[name]

    def _fetch_originals(self, names: Sequence[str]) -> dict[str, bytes | None]:
        assert self._store is not None
        try:
            images = self._runner.run(self._store.get_intact(self._project, names))
        except Transient as error:
            raise BadInput(f"{error}; check the address", field="media") from None
        return dict(zip(names, images, strict=True))


def _original_name(row: Mapping[str, Any]) -> str | None:
    """Return the SHA-256 of a row's image in the media store; None if the row names no image there."""
    uri = row.get("uri") or ""
    name = split_crop_uri(uri)[0].removeprefix(URI_START)
    return name if uri.startswith(URI_START) and _SHA256.fullmatch(name) else None


@contextmanager
def open_images(root: str | None, project: str) -> Iterator[Images]:
    """Yield the images of a project. root: address of the media store; None: no image is read.

    Raises BadInput for a folder that is none: the export would have no image, and say so at its end only.
    """
    if root is not None and "://" not in root and not Path(root).is_dir():
        raise BadInput(f"there is no folder {root}", field="media")
    with asyncio.Runner() as runner:
        yield Images(None if root is None else FsspecMedia(root), project, runner)
