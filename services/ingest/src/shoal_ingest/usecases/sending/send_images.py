"""Send the images of a folder to ingest: each is stored once, and becomes the inference of its file."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import orjson

from shoal_ingest.usecases.sending.log_entries import Entry
from shoal_ingest.usecases.sending.send_log import Door, Outcome, SendLog

CHUNK = 100
"""Images between two requests with their inferences."""
_CHUNK_BYTES = 4 * 1024 * 1024  # of the inferences in one request


class ImageRefused(Exception):
    """Ingest does not accept a file as an image; the message says why."""

    def __init__(self, detail: str, fix: str) -> None:
        super().__init__(detail)
        self.fix = fix


class ImageDoor(Door, Protocol):
    """Ingest's HTTP API."""

    def store(self, project: str, data: bytes) -> str:
        """Store an image unless the project has it; return its URI. Raises ImageRefused and NotSent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFile:
    """An image to send.

    name: its path in the folder, which is its source id. fields: further fields of its inference.
    """

    path: Path
    name: str
    fields: Mapping[str, Any]


class SendImages:
    """Sends images in order, several at a time. An image that was sent before is not sent again."""

    def __init__(self, door: ImageDoor, *, project: str, source: str, jobs: int) -> None:
        self._door = door
        self._project = project
        self._source = source
        self._jobs = jobs
        self._send_log = SendLog(door, batch=CHUNK, batch_bytes=_CHUNK_BYTES)

    def __call__(self, files: Sequence[ImageFile]) -> Iterator[list[Outcome]]:
        """Yield the outcomes of a part of the files after another, in their order. Raises NotSent."""
        with ThreadPoolExecutor(self._jobs, thread_name_prefix="images") as pool:
            for start in range(0, len(files), CHUNK):
                yield self._send_part(list(pool.map(self._prepare, files[start : start + CHUNK])))

    def _send_part(self, prepared: Sequence[Entry | Outcome]) -> list[Outcome]:
        entries = [item for item in prepared if isinstance(item, Entry)]
        answered = (outcome for outcomes in self._send_log(entries) for outcome in outcomes)
        return [item if isinstance(item, Outcome) else next(answered) for item in prepared]

    def _prepare(self, file: ImageFile) -> Entry | Outcome:
        """Store a file; return its inference, or why it is refused. Raises NotSent."""
        try:
            uri = self._door.store(self._project, file.path.read_bytes())
        except OSError as error:
            return _refused_file(file, f"cannot be read: {error.strerror}", "Check the file and its rights")
        except ImageRefused as error:
            return _refused_file(file, str(error), error.fix)
        record = {"project": self._project, "source": self._source, "source_id": file.name}
        try:
            text = orjson.dumps({**record, "image": {"uri": uri}, **file.fields})
        except TypeError:
            return _refused_file(file, "the name is not UTF-8", "Rename the file")
        return _entry_of(file, text)


def _entry_of(file: ImageFile, text: bytes) -> Entry:
    return Entry(file=file.name, number=1, text=text, unit="image")


def _refused_file(file: ImageFile, detail: str, fix: str) -> Outcome:
    return Outcome(entry=_entry_of(file, b""), status="refused", detail=detail, fix=fix)
