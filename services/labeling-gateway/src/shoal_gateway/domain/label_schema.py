"""What the gateway needs of a label schema; the rules of each kind are those of every door of Shoal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from shoal_gateway.domain.tasks import Datum

CLASS = "class"
"""The kind of an answer whose label is a class; of other kinds the label is the answer's canonical JSON."""
Reason = Literal[
    "malformed",
    "unknown_task",
    "sample_erased",
    "missing_label",
    "unknown_label",
    "bad_answer",
    "too_many_revisions",
    "id_of_another_task",
    "changed_revision",
    "not_recorded",
]


@dataclass(frozen=True, slots=True)
class AnswerProblem:
    """Why an answer is refused: a reason code, the field, what is wrong, and the fix."""

    reason: Reason
    field: str
    detail: str
    fix: str

    @property
    def line(self) -> str:
        """Return the field, what is wrong with it, and the fix, in one line."""
        named = self.detail.startswith(f"{self.field}: ")
        detail = self.detail if named else f"{self.field}: {self.detail}"
        return f"{detail}; {self.fix[:1].lower()}{self.fix[1:]}" if self.fix else detail


@dataclass(frozen=True, slots=True)
class Class:
    """One class as annotators read it."""

    name: str
    definition: str = ""
    examples: tuple[str, ...] = ()


class LabelSchema(Protocol):
    """The answers that a guideline allows."""

    @property
    def kind(self) -> str:
        """Return the kind of the schema, such as single_choice or boxes."""

    @property
    def document(self) -> Mapping[str, Any]:
        """Return the schema as JSON."""

    @property
    def classes(self) -> Sequence[Class]:
        """Return the classes; none for kinds without them."""

    def check(self, label: str | None, kind: str, datum: Datum) -> AnswerProblem | None:
        """Return the problem with an answer about `datum`, or None if the schema allows it."""

    def respelled_fields(self, label: str, kind: str) -> dict[str, Any]:
        """Return an answer's fields, in which names that look like one of the schema's are that name."""
