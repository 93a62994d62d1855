"""What became of the images of `shoal ingest images`: counts, ids, and refusals with their files."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from shoal.wording import format_count
from shoal_ingest.usecases.sending.send_log import Outcome


class SentImages:
    """Counts outcomes, and prints every refusal with the path of its image in the folder."""

    def __init__(self, folder: str, print_line: Callable[[str], None]) -> None:
        self._folder = folder
        self._print_line = print_line
        self._counts: Counter[str] = Counter()
        self.id_rows: list[dict[str, Any]] = []
        """File, sample id and status of accepted and repeated images, in the order of the files."""

    def add(self, outcomes: Sequence[Outcome]) -> None:
        """Count the outcomes of a part of the images."""
        for outcome in outcomes:
            self._counts[outcome.status] += 1
            file = outcome.entry.file
            if outcome.status == "refused":
                self._print_line(f"{file}: {outcome.detail}. {outcome.fix}".rstrip(". "))
            else:
                self.id_rows.append({"file": file, "sample_id": outcome.sample_id, "status": outcome.status})

    @property
    def total(self) -> int:
        """Return the number of images."""
        return self._counts.total()

    @property
    def refused(self) -> int:
        """Return the number of refused images."""
        return self._counts["refused"]

    def counts(self) -> dict[str, Any]:
        """Return the counts as a row."""
        statuses = ("accepted", "repeated", "refused")
        counts = {status: self._counts[status] for status in statuses}
        return {"folder": self._folder, "images": self.total, **counts}

    def sent_before(self) -> str:
        """Return what was sent until now, and how to go on, in words."""
        if not self.total:
            return "Nothing was sent."
        return f"Sent before: {format_count(self.total, 'image')}. Start the command again: it goes on from there."
