"""Carry accepted labels of earlier guideline versions over to the current one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import add
from typing import Any

from pydantic import TypeAdapter

from shoal.answers import answer_problem
from shoal.contracts.answers import (
    Answer,
    BoxesAnswer,
    ClassAnswer,
    ClassesAnswer,
    PolygonsAnswer,
    SpansAnswer,
)
from shoal.contracts.label_schemas import classes_of
from shoal.contracts.quality import GuidelinePublished
from shoal.contracts.samples import Content
from shoal_qa.domain.guidelines import Loss, Step, follow_class, follow_kind
from shoal_qa.usecases.guideline_changes import domain_changes

Row = dict[str, Any]
_ANSWER: TypeAdapter[Any] = TypeAdapter(Answer)


@dataclass(frozen=True, slots=True)
class LostLabel:
    """Why a label is left out, and the class that is the reason."""

    reason: str
    label: str | None = None


class _Lost(Exception):
    def __init__(self, reason: Loss, label: str) -> None:
        super().__init__(reason)
        self.lost = LostLabel(reason, label)


class CarryLabels:
    """Carries labels to the newest of a project's guideline versions.

    guidelines: every version, oldest first.
    """

    def __init__(self, guidelines: Sequence[GuidelinePublished]) -> None:
        self._current = guidelines[-1]
        self._versions = {(item.guideline.major, item.guideline.minor): item for item in guidelines}
        self._steps = [((item.guideline.major, item.guideline.minor), _step_of(item)) for item in guidelines]
        self._after: dict[tuple[int, int], list[Step]] = {}
        self._followed: dict[tuple[int, int], dict[str, tuple[str | None, Loss | None]]] = {}

    def unasked(self, major: int) -> list[str]:
        """Return the current classes that no version of a major had, under any name."""
        names = {
            follow_class(item.name, self._later(version))[0]
            for version, guideline in self._versions.items()
            if version[0] == major
            for item in classes_of(guideline.label_schema)
        }
        return [item.name for item in classes_of(self._current.label_schema) if item.name not in names]

    def __call__(self, version: tuple[int, int], row: Row) -> Row | LostLabel:
        """Return the row of a label as it is under the current guideline, or why it is left out.

        row: with `label`, `answer` (None in rows of earlier releases), `evidence` and `content`.
        """
        later = self._later(version)
        if not later:
            return row
        if reason := follow_kind(self._kind(version), later):
            return LostLabel(reason)
        answer = _ANSWER.validate_python(row["answer"] or {"kind": "class", "label": row["label"]})
        try:
            carried = _map_classes(answer, lambda label: self._follow(version, later, label))
        except _Lost as error:
            return error.lost
        content = Content.model_validate(row["content"] or {})
        if answer_problem(self._current.label_schema, carried, content) is not None:
            return LostLabel("not_fitting")
        return row if carried == answer else self._carried_row(version, row, carried)

    def _later(self, version: tuple[int, int]) -> list[Step]:
        if version not in self._after:
            self._after[version] = [step for other, step in self._steps if other > version]
        return self._after[version]

    def _kind(self, version: tuple[int, int]) -> str:
        guideline = self._versions.get(version)
        return self._current.label_schema.kind if guideline is None else guideline.label_schema.kind

    def _follow(self, version: tuple[int, int], later: Sequence[Step], label: str) -> str:
        classes = self._followed.setdefault(version, {})
        if label not in classes:
            classes[label] = follow_class(label, later)
        carried, reason = classes[label]
        if carried is None:
            raise _Lost(reason or "class_removed", label)
        return carried

    def _carried_row(self, version: tuple[int, int], row: Row, carried: Answer) -> Row:
        label = carried.label if isinstance(carried, ClassAnswer) else row["label"]
        join = _either_applies if isinstance(carried, ClassesAnswer) else add
        posterior: dict[str, float] = {}
        for name, share in row["evidence"].get("posterior", {}).items():
            other = self._followed_name(version, name)
            posterior[other] = join(posterior[other], share) if other in posterior else share
        evidence = {**row["evidence"], "posterior": posterior}
        return {**row, "label": label, "answer": carried.model_dump(mode="json"), "evidence": evidence}

    def _followed_name(self, version: tuple[int, int], name: str) -> str:
        """Return a class of the posterior under the current guideline; its own name if that has none."""
        return follow_class(name, self._later(version))[0] or name


def _either_applies(one: float, other: float) -> float:
    """Return the probability that one of two classes applies, or both, each of which is judged by itself."""
    return 1 - (1 - one) * (1 - other)


def _step_of(guideline: GuidelinePublished) -> Step:
    changes = None if guideline.changes is None else domain_changes(guideline.changes)
    names = frozenset(item.name for item in classes_of(guideline.label_schema))
    return Step(classes=names, kind=guideline.label_schema.kind, changes=changes)


def _map_classes(answer: Answer, follow: Callable[[str], str]) -> Answer:
    """Return an answer with every class replaced; classes that merged appear once."""
    if isinstance(answer, ClassAnswer):
        return ClassAnswer(label=follow(answer.label))
    if isinstance(answer, ClassesAnswer):
        return ClassesAnswer(labels=tuple(dict.fromkeys(map(follow, answer.labels))))
    if isinstance(answer, BoxesAnswer):
        return answer.model_copy(update={"boxes": _follow_each(answer.boxes, follow)})
    if isinstance(answer, PolygonsAnswer):
        return answer.model_copy(update={"polygons": _follow_each(answer.polygons, follow)})
    if isinstance(answer, SpansAnswer):
        return answer.model_copy(update={"spans": _follow_each(answer.spans, follow)})
    return answer


def _follow_each(objects: Sequence[Any], follow: Callable[[str], str]) -> tuple[Any, ...]:
    return tuple(item.model_copy(update={"label": follow(item.label)}) for item in objects)
