"""Annotations by revision: an edit or a deletion is a later revision of the same answer."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from shoal_gateway.domain.label_schema import CLASS

Action = Literal["submitted", "updated", "deleted", "skipped"]
FoundBy = Literal["poll", "hook", "page"]
"""How an annotation arrived: in a vendor's feed, in its webhook, or from the annotator's page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """One revision of one annotator's answer to one task.

    `label` is a class, or the canonical JSON of an answer of another `kind`, of which `original` keeps the
    order of objects. It is None when the revision skips or deletes; `code` and `reason` say why it skips.
    `price` is None when the provider states none.
    """

    external_id: str
    annotation_id: str
    revision: int
    action: Action
    annotator: str
    label: str | None
    reason: str
    submitted_at: datetime
    duration_s: float | None = None
    price: float | None = None
    code: str | None = None
    kind: str = CLASS
    original: str | None = field(default=None, compare=False, repr=False)

    @property
    def is_vote(self) -> bool:
        """Return whether this revision counts as a vote when it is the latest one."""
        return self.action in ("submitted", "updated")

    @property
    def key(self) -> tuple[str, int]:
        """Return the identity of a revision: annotation id and number."""
        return (self.annotation_id, self.revision)

    @property
    def content(self) -> tuple[str, str, str, str | None]:
        """Return what two copies of a revision have in common."""
        return (self.annotator, self.action, self.kind, self.label)


@dataclass(frozen=True, slots=True)
class Conflict:
    """A revision that contradicts an earlier one: its id is of another task, or its content has changed."""

    annotation: Annotation
    reason: Literal["id_of_another_task", "changed_revision"]


def new_revisions(
    annotations: Iterable[Annotation], stored: Iterable[Annotation]
) -> tuple[list[Annotation], list[Conflict]]:
    """Return the annotations that are not stored yet, in order, and those that contradict earlier ones.

    stored: revisions with the same keys, and one revision of each annotation id. The first copy wins.
    """
    by_key: dict[tuple[str, int], Annotation] = {}
    task: dict[str, str] = {}
    for item in stored:
        by_key[item.key] = item
        task[item.annotation_id] = item.external_id
    fresh: list[Annotation] = []
    conflicts: list[Conflict] = []
    for item in annotations:
        copy = by_key.get(item.key)
        if task.setdefault(item.annotation_id, item.external_id) != item.external_id:
            conflicts.append(Conflict(item, "id_of_another_task"))
        elif copy is None:
            by_key[item.key] = item
            fresh.append(item)
        elif copy.content != item.content:
            conflicts.append(Conflict(item, "changed_revision"))
    return fresh, conflicts


def price_of(annotation: Annotation, price_per_vote: float, *, is_edit: bool = False) -> float:
    """Return the cost of a revision: the provider's price, or the agreed price for a first answer.

    An edit of a paid answer is free, however the provider calls it.
    """
    if annotation.price is not None:
        return annotation.price
    return price_per_vote if annotation.action == "submitted" and not is_edit else 0.0
