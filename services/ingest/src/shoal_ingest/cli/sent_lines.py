"""What became of the lines of `shoal ingest send`: counts by file, ids, and refusals with their places."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from shoal.wording import format_count
from shoal_ingest.adapters.logs.opening import log_name
from shoal_ingest.usecases.sending.log_entries import Entry, Fields
from shoal_ingest.usecases.sending.send_log import Outcome

_MOST_REMEMBERED = 1_000_000  # samples whose datum is compared with later lines of the run
_MOST_SPANS = 20  # spans of line numbers in a printed line
_STATUSES = ("accepted", "repeated", "refused")


@dataclass(slots=True, kw_only=True)
class FileCounts:
    """Counts of one file's lines."""

    file: str
    lines: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(_STATUSES, 0))
    unit: str = "line"
    last: int = 0

    def row(self) -> dict[str, Any]:
        """Return the counts as a row of the summary."""
        return {"file": self.file, "lines": self.lines, **self.counts}


class SentLines:
    """Counts outcomes, and prints refusals: consecutive lines with the same fault in one line."""

    def __init__(
        self, *, keep_ids: bool, print_line: Callable[[str], None], warn: Callable[[str], None]
    ) -> None:
        self._keep_ids = keep_ids
        self._print_line = print_line
        self._warn = warn
        self._files: list[FileCounts] = []
        self._ids: list[dict[str, Any]] = []
        self._refusal: Outcome | None = None  # the first of those that one line names
        self._spans: list[list[int]] = []  # first and last number of consecutive refused lines
        self._datums: dict[str, tuple[bytes, str]] = {}
        self._other_datums: list[tuple[str, str]] = []

    def start_file(self, file: Path) -> None:
        """Count the following outcomes for a file."""
        self.print_refusals()
        self._files.append(FileCounts(file=log_name(file)))

    def add(self, outcomes: Sequence[Outcome]) -> None:
        """Count the outcomes of a batch."""
        present = self._files[-1]
        for outcome in outcomes:
            present.lines += 1
            present.counts[outcome.status] += 1
            present.last, present.unit = outcome.entry.number, outcome.entry.unit
            if outcome.status == "refused":
                self._refuse(outcome)
            elif outcome.fields is not None:
                self._accept(outcome, outcome.fields)

    def finish(self) -> None:
        """Print what is not printed yet."""
        self.print_refusals()
        if self._other_datums:
            later, first = self._other_datums[0]
            count = len(self._other_datums)
            self._warn(
                f"{format_count(count, 'line has', 'lines have')} the source and source_id of an earlier "
                f"line, but another datum (first: {later}, earlier {first}): they count as one sample; give every "
                "datum its own source_id"
            )
            self._other_datums = []

    def count(self, status: str) -> int:
        """Return the number of lines with a status."""
        return sum(file.counts[status] for file in self._files)

    @property
    def total(self) -> int:
        """Return the number of lines."""
        return sum(file.lines for file in self._files)

    def summary(self) -> str:
        """Return the counts in words."""
        counts = ", ".join(f"{self.count(status):,} {status}" for status in _STATUSES)
        return f"{format_count(self.total, 'line')}: {counts}"

    def summary_document(self) -> Mapping[str, Any]:
        """Return the counts of all lines and of every file, for JSON."""
        totals = {status: self.count(status) for status in _STATUSES}
        return {"lines": self.total, **totals, "files": self.summary_rows()}

    def summary_rows(self) -> list[dict[str, Any]]:
        """Return one row of counts per file."""
        return [file.row() for file in self._files]

    def id_rows(self) -> list[dict[str, Any]]:
        """Return the ids of accepted and repeated lines, in the order of the lines."""
        return self._ids

    def sent_before(self) -> str:
        """Return what was sent until now, in words."""
        return f"Sent before: {self.summary()}." if self.total else "Nothing was sent."

    def where_to_go_on(self) -> str:
        """Return from where to send again, in words."""
        if not self.total:
            return ""
        present = self._files[-1]
        next_line = f"from {present.file} {present.unit} {present.last + 1:,}"
        start = next_line if present.last else f"with {present.file}"
        return f"Go on {start}, or send everything again: a line that is sent twice counts once."

    def _accept(self, outcome: Outcome, fields: Fields) -> None:
        if self._keep_ids:
            self._ids.append(
                {
                    "file": outcome.entry.file,
                    "line": outcome.entry.number,
                    "source": fields.source,
                    "source_id": fields.source_id,
                    "sample_id": outcome.sample_id,
                }
            )
        if len(self._datums) < _MOST_REMEMBERED:
            self._compare(outcome.sample_id, outcome.entry, fields.datum)

    def _compare(self, sample_id: str, entry: Entry, datum: Any) -> None:
        digest = hashlib.blake2b(orjson.dumps(datum), digest_size=8).digest()
        first, earlier = self._datums.setdefault(sample_id, (digest, entry.position))
        if first != digest:
            self._other_datums.append((entry.position, earlier))

    def _refuse(self, outcome: Outcome) -> None:
        last = self._refusal
        if last is not None and (_fault_of(last) != _fault_of(outcome) or len(self._spans) >= _MOST_SPANS):
            self.print_refusals()
        number = outcome.entry.number
        if self._spans and self._spans[-1][1] == number - 1:
            self._spans[-1][1] = number
        else:
            self._spans.append([number, number])
        self._refusal = self._refusal or outcome

    def print_refusals(self) -> None:
        """Print the refusals that are not printed yet."""
        if self._refusal is None:
            return
        entry, detail, fix = self._refusal.entry, self._refusal.detail, self._refusal.fix
        spans = ", ".join(f"{low:,}" if low == high else f"{low:,} to {high:,}" for low, high in self._spans)
        unit = entry.unit if spans == f"{entry.number:,}" else f"{entry.unit}s"
        self._print_line(f"{entry.file} {unit} {spans}: {detail}. {fix}")
        self._refusal, self._spans = None, []


def _fault_of(outcome: Outcome) -> tuple[str, ...]:
    return outcome.entry.file, outcome.entry.unit, outcome.detail, outcome.fix
