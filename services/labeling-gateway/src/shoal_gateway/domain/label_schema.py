"""The answers that an annotator may give. Other kinds (boxes, spans) are classes with a `check`."""

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Literal

SHOWN = 100  # labels listed in an error
Reason = Literal[
    "malformed",
    "unknown_task",
    "sample_erased",
    "missing_label",
    "unknown_label",
    "too_many_revisions",
    "not_recorded",
]


@dataclass(frozen=True, slots=True)
class AnswerProblem:
    """Why an answer is refused: a reason code, the field, what is wrong, and the fix."""

    reason: Reason
    field: str
    detail: str
    fix: str


@dataclass(frozen=True, slots=True)
class SingleChoice:
    """Exactly one of `labels`."""

    labels: tuple[str, ...]

    def check(self, label: str | None) -> AnswerProblem | None:
        """Return the problem with `label`, or None if the schema allows it."""
        if label is None:
            return AnswerProblem(
                "missing_label", "answer.label", "the answer has no label", self._allowed("Send one of")
            )
        if label in self.labels:
            return None
        close = get_close_matches(label, self.labels, n=1)
        hint = f"did you mean {close[0]!r}? " if close else ""
        return AnswerProblem(
            "unknown_label",
            "answer.label",
            f"{label[:200]!r} is not a label of the guideline",
            f"{hint}{self._allowed('Allowed labels')}",
        )

    def _allowed(self, lead: str) -> str:
        more = len(self.labels) - SHOWN
        tail = f", and {more} more" if more > 0 else ""
        return f"{lead}: {', '.join(self.labels[:SHOWN])}{tail}"
