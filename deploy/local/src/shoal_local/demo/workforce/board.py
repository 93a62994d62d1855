"""The vendor's state: tasks by external id, people at work, and the feed of annotations. No I/O."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

Annotation = dict[str, Any]  # in the form of docs/generic-vendor.md


class UnknownTask(LookupError):
    """No task has this external id."""


@dataclass(slots=True, kw_only=True)
class Task:
    """One task. `busy`: people at work on it; `answered_by`: people who answered or skipped it."""

    external_id: str
    number: int
    project: str
    text: str
    classes: tuple[str, ...]
    votes: int
    priority: int
    callback_url: str | None
    busy: set[str] = field(default_factory=set)
    answered_by: set[str] = field(default_factory=set)
    answers: int = 0
    cancelled: bool = False

    @property
    def wants(self) -> int:
        """Return how many more people the task needs beyond those at work."""
        return 0 if self.cancelled else self.votes - self.answers - len(self.busy)


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a feed; the next page begins at `cursor`."""

    annotations: Sequence[Annotation]
    cursor: str
    more: bool


class BadCursor(ValueError):
    """The vendor did not issue this cursor."""


class Board:
    """The vendor's whole state; not thread-safe."""

    def __init__(self) -> None:
        self.tasks: dict[str, Task] = {}
        self._open: dict[str, Task] = {}
        self._feeds: dict[str, list[Annotation]] = {}
        self._numbers = count(1)

    def add(self, task: Task) -> str:
        """Store a new task and return "created"; an external id that is present changes nothing: "exists"."""
        if task.external_id in self.tasks:
            return "exists"
        self.tasks[task.external_id] = self._open[task.external_id] = task
        return "created"

    def next_number(self) -> int:
        """Return a number that no other task or annotation has."""
        return next(self._numbers)

    def find(self, external_id: str) -> Task:
        """Return a task. Raises UnknownTask."""
        try:
            return self.tasks[external_id]
        except KeyError:
            raise UnknownTask(external_id) from None

    def want(self, external_id: str, votes: int) -> int:
        """Raise a task's total of votes to `votes`, never lower it; return the total. Raises UnknownTask."""
        task = self.find(external_id)
        task.votes = max(task.votes, votes)
        if not task.cancelled:
            self._open[external_id] = task
        return task.votes

    def cancel(self, external_id: str) -> None:
        """Stop work on a task and delete its content; its annotations stay. Raises UnknownTask."""
        task = self.find(external_id)
        task.cancelled = True
        task.text = ""
        self._open.pop(external_id, None)

    def take(self, person: str) -> Task | None:
        """Assign a task to `person` and return it: the most urgent, then the oldest; None without a task."""
        best: Task | None = None
        for task in list(self._open.values()):
            if task.wants <= 0 and not task.busy:
                del self._open[task.external_id]  # `want` opens it again for more votes
            elif task.wants > 0 and person not in task.answered_by and person not in task.busy:
                best = task if best is None or task.priority > best.priority else best
        if best is not None:
            best.busy.add(person)
        return best

    def finish(self, task: Task, person: str, *, answered: bool) -> bool:
        """Record that `person` finished a task; return whether the answer still counts."""
        task.busy.discard(person)
        if task.cancelled:
            return False
        task.answered_by.add(person)
        task.answers += answered
        return True

    def publish(self, project: str, annotation: Annotation) -> None:
        """Append one revision to the project's feed."""
        self._feeds.setdefault(project, []).append(annotation)

    def feed(self, project: str, cursor: str | None, limit: int) -> Page:
        """Return the revisions after `cursor`, in order. Raises BadCursor."""
        entries = self._feeds.get(project, [])
        start = 0 if cursor is None else _position_of(cursor, len(entries))
        part = entries[start : start + limit]
        end = start + len(part)
        return Page(part, str(end), end < len(entries))


def annotation_body(
    task: Task,
    *,
    number: int,
    revision: int,
    person: str,
    label: str | None,
    at: datetime,
    duration_s: float,
    price: float,
) -> Annotation:
    """Return one revision in the API's form; without a label it is a skip, which costs nothing."""
    skipped = label is None
    action = "skipped" if skipped else "submitted" if revision == 1 else "updated"
    answer: Mapping[str, str] = {"reason": "cannot tell"} if label is None else {"label": label}
    return {
        "external_id": task.external_id,
        "annotation_id": f"a-{number}",
        "revision": revision,
        "action": action,
        "annotator": person,
        "answer": answer,
        "submitted_at": at.isoformat(),
        "duration_s": round(duration_s, 3),
        "price": 0.0 if skipped else price,
    }


def _position_of(cursor: str, length: int) -> int:
    if not cursor.isascii() or not cursor.isdigit() or int(cursor) > length:
        raise BadCursor(cursor)
    return int(cursor)
