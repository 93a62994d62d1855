"""Records whose header names are not UTF-8: aiokafka raises and never gets past them, so they are marked.

aiokafka decodes a batch with a C extension, which gives up at the first such name. The batch is then decoded
again by aiokafka's Python decoder over a buffer that decodes every name, and the records concerned get the
header BAD_NAME, with which the consumer rejects them.
"""

from collections.abc import Iterator
from struct import unpack_from
from typing import Any

from aiokafka.consumer import fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords

from shoal.messaging.records.messages import BAD_NAME


def install_tolerant_records() -> None:
    """Let every consumer of this process read records with header names that are not UTF-8."""
    fetcher.MemoryRecords = TolerantRecords


class TolerantRecords:
    """The batches of a fetched partition, like aiokafka's MemoryRecords."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._records = MemoryRecords(data)
        self._position = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._records, name)

    def next_batch(self) -> "_Batch | None":
        """Return the next batch, None at the end."""
        batch = self._records.next_batch()
        start, length = self._position, unpack_from(">i", self._data, self._position + 8)[0]
        self._position += 12 + length  # the length does not count itself and the base offset before it
        return None if batch is None else _Batch(batch, memoryview(self._data)[start : self._position])


class _Batch:
    """A batch that decodes all its records at once, by the second decoder if the first one fails."""

    def __init__(self, batch: Any, data: memoryview) -> None:
        self._batch, self._data = batch, data

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        try:
            return iter(list(self._batch))
        except UnicodeDecodeError:
            return iter(_decode_tolerantly(self._data))


def _decode_tolerantly(data: memoryview) -> list[Any]:
    batch = _DefaultRecordBatchPy(data)
    batch._maybe_uncompress()
    batch._buffer = _Buffer(batch._buffer)
    records = list(batch)
    for record in records:
        marks = [(BAD_NAME, name.bad) for name, _ in record.headers if isinstance(name, _BadName)]
        record.headers[:] = [*((str(name), value) for name, value in record.headers), *marks]
    return records


class _BadName(str):
    """A decoded header name. bad: its bytes, which are not UTF-8."""

    bad: bytes


class _Buffer(bytearray):
    """Bytes whose slices decode to a _BadName where they are not UTF-8."""

    def __getitem__(self, index: Any) -> Any:
        part = super().__getitem__(index)
        return part if isinstance(part, int) else _Buffer(part)

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """Return the text, with each byte that cannot be decoded as \\xNN."""
        try:
            return super().decode(encoding, errors)
        except UnicodeDecodeError:
            name = _BadName(super().decode(encoding, "backslashreplace"))
            name.bad = bytes(self)
            return name
