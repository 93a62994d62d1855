"""Choose the labels of a dataset version: one of each sample, of the requested majors; count the others."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from shoal.contracts.quality import GuidelinePublished
from shoal_qa.usecases.datasets.carrying import CarryLabels, LostLabel
from shoal_qa.usecases.datasets.rows import CURRENT, Row, RowForm, dataset_row, row_campaign, row_classes


class ChooseLabels:
    """Chooses labels in the order in which they are stored: by sample, the newest first.

    guidelines: every version, oldest first. majors: the requested ones; None: all. form: of the rows.
    """

    def __init__(
        self,
        guidelines: Sequence[GuidelinePublished],
        majors: frozenset[int] | None,
        form: RowForm = CURRENT,
    ) -> None:
        self._carry = CarryLabels(guidelines)
        self._form = form
        self._majors = majors
        self._last: str | None = None  # the sample that has its row already
        self._taken: Counter[int] = Counter()
        self._lost: Counter[tuple[int, str, str | None]] = Counter()

    def choose(self, page: Iterable[Row]) -> list[Row]:
        """Return the rows of a page that the version gets."""
        return [
            dataset_row(row, self._form) for stored in page if (row := self._choose_row(stored)) is not None
        ]

    def shares(self) -> dict[str, Any]:
        """Return the rows of each major, and the labels that are left out."""
        majors = [
            {"major": major, "rows": rows, "unasked": self._carry.unasked(major)}
            for major, rows in sorted(self._taken.items())
        ]
        return {"majors": majors, "left_out": self.left_out()}

    def left_out(self) -> list[dict[str, Any]]:
        """Return the number of labels that are left out, by major, reason and class."""
        ordered = sorted(self._lost.items(), key=lambda item: (item[0][0], item[0][1], item[0][2] or ""))
        return [
            {"major": major, "reason": reason, "label": label, "labels": labels}
            for (major, reason, label), labels in ordered
        ]

    def _choose_row(self, stored: Row) -> Row | None:
        lost = self._reason(stored)
        if lost is None:
            version = (stored["major"], stored["minor"])
            carried = self._carry(version, stored)
            if not isinstance(carried, LostLabel):
                self._last = stored["sample_id"]
                self._taken[stored["major"]] += 1
                return carried
            lost = carried
        self._lost[stored["major"], lost.reason, lost.label] += 1
        return None

    def _reason(self, stored: Row) -> LostLabel | None:
        if self._majors is not None and stored["major"] not in self._majors:
            return LostLabel("not_requested")
        return LostLabel("replaced") if stored["sample_id"] == self._last else None


class RowFacts:
    """The counts of a version's rows that its manifest names."""

    def __init__(self) -> None:
        self.rows = 0
        self._splits: Counter[str] = Counter()
        self._classes: Counter[str] = Counter()
        self._campaigns: Counter[str] = Counter()

    def add(self, rows: Sequence[Row]) -> None:
        """Count rows."""
        self.rows += len(rows)
        self._splits.update(row["split"] for row in rows)
        self._classes.update(name for row in rows for name in row_classes(row))
        self._campaigns.update(map(row_campaign, rows))

    def counts(self) -> dict[str, Any]:
        """Return the counts by their names in the manifest."""
        return {
            "rows": self.rows,
            "splits": dict(sorted(self._splits.items())),
            "classes": dict(sorted(self._classes.items())),
            "campaigns": dict(sorted(self._campaigns.items())),
        }
