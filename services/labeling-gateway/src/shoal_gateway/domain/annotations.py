"""Annotations by revision: edits and deletions are later revisions of the same answer."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Action = Literal["submitted", "updated", "deleted", "skipped"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotation:
    """One revision of one annotator's answer to one task.

    `label` is None when the revision skips or deletes; `price` is None when the provider named none.
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

    @property
    def is_vote(self) -> bool:
        """Tell whether this revision, when it is the latest, counts as a vote."""
        return self.action in ("submitted", "updated")

    @property
    def key(self) -> tuple[str, int]:
        """Return what makes a revision the same revision."""
        return (self.annotation_id, self.revision)


def new_revisions(
    annotations: Iterable[Annotation], stored_keys: Iterable[tuple[str, int]]
) -> list[Annotation]:
    """Return the annotations not known yet, each once, in their order; the first of two copies wins."""
    keys = set(stored_keys)
    fresh: list[Annotation] = []
    for annotation in annotations:
        if annotation.key not in keys:
            keys.add(annotation.key)
            fresh.append(annotation)
    return fresh


def latest_revisions(revisions: Iterable[Annotation]) -> dict[str, Annotation]:
    """Return the latest revision of each annotation id, whatever order they came in."""
    heads: dict[str, Annotation] = {}
    for annotation in revisions:
        head = heads.get(annotation.annotation_id)
        if head is None or annotation.revision > head.revision:
            heads[annotation.annotation_id] = annotation
    return heads


def count_answers(revisions: Iterable[Annotation]) -> int:
    """Return how many distinct annotators' answers stand."""
    return len({head.annotator for head in latest_revisions(revisions).values() if head.is_vote})


def price_of(annotation: Annotation, price_per_vote: float) -> float:
    """Return what the revision costs: the provider's own figure, else the agreed price of a first answer.

    An edit of an answer that was already paid costs nothing more.
    """
    if annotation.price is not None:
        return annotation.price
    return price_per_vote if annotation.action == "submitted" else 0.0
