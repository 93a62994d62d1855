"""Send the entries of inference logs to ingest in batches."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from shoal_ingest.usecases.sending.log_entries import Entry, Fields, Unreadable, read_entry

Status = Literal["accepted", "repeated", "refused"]


class TooLarge(Exception):
    """Ingest refuses the size of a request; smaller ones may pass."""


class NotSent(Exception):
    """Ingest cannot be reached, or refuses every request of this kind; the message says why."""


class Door(Protocol):
    """Ingest's HTTP API."""

    def post(self, lines: Sequence[bytes]) -> Sequence[Mapping[str, Any]]:
        """Send lines and return ingest's results, one per line. Raises TooLarge and NotSent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of an entry."""

    entry: Entry
    status: Status
    fields: Fields | None = None
    sample_id: str = ""
    detail: str = ""
    fix: str = ""


class SendLog:
    """Sends batches in order, limited by the number and by the bytes of their entries."""

    def __init__(self, door: Door, *, batch: int, batch_bytes: int) -> None:
        self._door = door
        self._batch = batch
        self._batch_bytes = batch_bytes

    def __call__(self, entries: Iterable[Entry]) -> Iterator[list[Outcome]]:
        """Yield the outcomes of every batch, in the order of the entries. Raises NotSent.

        A batch whose request fails was not counted; sending it again is safe.
        """
        for batch in self._batches(entries):
            checked = [(entry, read_entry(entry)) for entry in batch]
            good = [(entry, fields) for entry, fields in checked if isinstance(fields, Fields)]
            outcomes = iter(self._send(good))
            yield [
                _unreadable_outcome(entry, fields) if isinstance(fields, Unreadable) else next(outcomes)
                for entry, fields in checked
            ]

    def _batches(self, entries: Iterable[Entry]) -> Iterator[list[Entry]]:
        batch: list[Entry] = []
        size = 0
        try:
            for entry in entries:
                if batch and (len(batch) >= self._batch or size + len(entry.text) > self._batch_bytes):
                    yield batch
                    batch, size = [], 0
                batch.append(entry)
                size += len(entry.text) + 1
        except Exception:  # the caller names the fault, after the entries before it are sent
            if batch:
                yield batch
            raise
        if batch:
            yield batch

    def _send(self, batch: Sequence[tuple[Entry, Fields]]) -> list[Outcome]:
        """Send a batch; one that is too large is sent in halves, until only a too large entry is left."""
        if not batch:
            return []
        try:
            results = self._door.post([entry.text for entry, _ in batch])
        except TooLarge as error:
            if len(batch) == 1:
                return [_too_large_outcome(batch[0][0], str(error))]
            return self._send_halves(batch)
        if len(results) != len(batch):
            return self._send_halves(batch)
        return [
            _outcome_of(entry, fields, result) for (entry, fields), result in zip(batch, results, strict=True)
        ]

    def _send_halves(self, batch: Sequence[tuple[Entry, Fields]]) -> list[Outcome]:
        if len(batch) == 1:
            raise NotSent(f"{batch[0][0].position}: the answer has no result for it")
        middle = len(batch) // 2
        return self._send(batch[:middle]) + self._send(batch[middle:])


def _outcome_of(entry: Entry, fields: Fields, result: Mapping[str, Any]) -> Outcome:
    if result["status"] == "rejected":
        detail = result["detail"] or f"{result['field']}: {result['reason']}"  # shortened in large answers
        return Outcome(entry=entry, status="refused", fields=fields, detail=detail, fix=result["fix"])
    status: Status = "accepted" if result.get("new", True) else "repeated"
    return Outcome(entry=entry, status=status, fields=fields, sample_id=result["sample_id"])


def _unreadable_outcome(entry: Entry, fault: Unreadable) -> Outcome:
    return Outcome(entry=entry, status="refused", detail=fault.detail, fix=fault.fix)


def _too_large_outcome(entry: Entry, detail: str) -> Outcome:
    fix = "Send a shorter text, or store the datum elsewhere and send content.uri with content.sha256"
    return Outcome(entry=entry, status="refused", detail=f"{len(entry.text):,} bytes: {detail}", fix=fix)
