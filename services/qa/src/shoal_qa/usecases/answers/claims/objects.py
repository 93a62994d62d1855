"""Boxes, polygons and spans: claims that an object is there, and of its class.

Objects of several annotators that mark the same thing are a group (domain/shapes/clusters.py). Its presence
is one claim, which all who answered make or deny; each class that members name is one more, of which only
those who marked it speak.
"""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from shoal.answers.checks import MOST_BYTES
from shoal.contracts.answers import MOST_OBJECTS, Answer
from shoal_qa.domain.agreement.distances import box_iou
from shoal_qa.domain.answers.choosing import choose_objects
from shoal_qa.domain.answers.claims import Claims
from shoal_qa.domain.shapes.clusters import cluster_regions
from shoal_qa.domain.shapes.near_pairs import NearPairs, Numbers, find_pairs
from shoal_qa.domain.votes.arrays import Floats
from shoal_qa.usecases.answers.merged import Merged

FRAME_BYTES = 100  # of an answer's JSON without its objects
LEAST_OVERLAP = 0.5  # of objects that may be the same thing


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenObject:
    """An object beside one answer. part: its position in that answer, None if the answer lacks it.

    present: the probability that it is there. classes: probabilities of its classes if it is. merged: the
    object by the other answers with its most probable class, None if no other answer has it. overlap: of the
    answer's object with the merged one, NaN unless there are both.
    """

    part: int | None
    present: float
    classes: Mapping[str, float]
    merged: Any
    overlap: float


class Objects(ABC):
    """The objects of one job's answers, in groups. objects: all of them; _of: the answer of each."""

    may_miss = True
    fills_bounds = True  # whether an object is all of its bounds, so that its overlaps are theirs
    unclaimed = 3  # with 0, accidental coincidences seem frequent; beyond 3 nothing changes

    def __init__(self, schema: Any, answers: Sequence[Any]) -> None:
        self._schema, self._answers = schema, answers
        self._objects = [item for answer in answers for item in self._objects_of(answer)]
        counts = [len(self._objects_of(answer)) for answer in answers]
        self._of = np.repeat(np.arange(len(answers), dtype=np.int32), counts)

    @staticmethod
    @abstractmethod
    def _objects_of(answer: Any) -> Sequence[Any]: ...

    @cached_property
    @abstractmethod
    def _bounds(self) -> Floats:
        """Return left, top, right and bottom of each object: (objects, 4)."""

    @abstractmethod
    def _place_group(self, members: list[int], weight: Floats) -> Any:
        """Return an object where its members see it. weight: (members,)."""

    @abstractmethod
    def _make_answer(self, objects: Sequence[Any]) -> Answer: ...

    def _refine_overlaps(self, one: Numbers, other: Numbers, overlap: Floats) -> Floats:
        """Return the overlaps of pairs of objects from those of their bounds: (pairs,)."""
        del one, other
        return overlap

    @cached_property
    def _pairs(self) -> NearPairs:
        """Return the pairs of objects of different answers that may be in one group."""
        least = LEAST_OVERLAP / 2
        pairs = find_pairs(self._bounds, self._of, least if self.fills_bounds else 0.0)
        overlap = self._refine_overlaps(pairs.one, pairs.other, pairs.overlap)
        return NearPairs(pairs.one, pairs.other, overlap, pairs.cut).selected(overlap >= least)

    @cached_property
    def _groups(self) -> list[list[int]]:
        """Return the objects of each group."""
        names = [item.label for item in self._objects]
        number = {name: index for index, name in enumerate(dict.fromkeys(names))}
        label = np.array([number[name] for name in names], np.int32)
        return cluster_regions(self._pairs, self._of, label, LEAST_OVERLAP)

    @cached_property
    def _members(self) -> list[tuple[int, list[int]]]:
        """Return the group and the objects of each claim of a class."""
        out: list[tuple[int, list[int]]] = []
        for group, rows in enumerate(self._groups):
            by_label: dict[str, list[int]] = {}
            for row in rows:
                by_label.setdefault(self._objects[row].label, []).append(row)
            out += [(group, by_label[name]) for name in sorted(by_label)]
        return out

    @cached_property
    def claims(self) -> Claims:
        """Return one claim for the presence of each group, then one for each class of each group."""
        claims = [*self._groups, *(members for _, members in self._members)]
        assent = np.zeros((len(self._answers), len(claims)), np.bool_)
        claim = np.repeat(np.arange(len(claims)), [len(rows) for rows in claims])
        assent[self._of[[row for rows in claims for row in rows]], claim] = True
        opinion = np.ones_like(assent)
        opinion[:, len(self._groups) :] = assent[:, [group for group, _ in self._members]]
        return Claims(assent=assent, opinion=opinion)

    def merge(self, believed: Floats, weight: Floats) -> Merged:
        """Return the likely objects, the most probable ones if the schema allows fewer.

        Where too many objects overlap to compare them all, or the likely ones are more than an answer may
        hold, it is right with probability 0: it is never accepted by votes, and goes to review.
        """
        present, of_class = np.split(believed, [len(self._groups)])
        group = np.array([group for group, _ in self._members], np.int32)
        choice = choose_objects(present, group, of_class)
        likely = sorted(choice.claims.tolist(), key=lambda claim: (-present[group[claim]], claim))
        merged = [self._merged_object(claim, weight) for claim in likely]
        share = (present[group] * of_class)[likely].tolist()
        allowed = self._allowed_objects(merged)[: self._schema.most or MOST_OBJECTS]
        numbers = allowed[: _count_of_size([merged[index] for index in allowed])]
        cut = self._pairs.cut or len(numbers) < len(allowed)
        return Merged(
            answer=self._make_answer([merged[index] for index in numbers]),
            probability=0.0 if cut else choice.probability,
            objects=[share[index] for index in numbers],
        )

    def _merged_object(self, claim: int, weight: Floats) -> Any:
        """Return the object of a claim; all of its group say where it is, and those of its class what."""
        group, members = self._members[claim]
        return self._merge_rows(self._groups[group], members, weight)

    def _merge_rows(self, rows: list[int], of_class: list[int], weight: Floats) -> Any:
        named = {
            "label": self._objects[of_class[0]].label,
            "attributes": self._shared_attributes(of_class, weight),
        }
        return self._place_group(rows, weight[self._of[rows]]).model_copy(update=named)

    def objects_beside(self, answer: int, believed: Floats, weight: Floats) -> list[SeenObject]:
        """Return all objects as they appear beside one answer. believed: (claims,), weight: (answers,)."""
        present, of_class = np.split(believed, [len(self._groups)])
        shares: list[dict[str, float]] = [{} for _ in self._groups]
        for claim, (group, members) in enumerate(self._members):
            shares[group][self._objects[members[0]].label] = float(of_class[claim])
        return [
            self._seen_object(rows, answer, weight, present=float(present[group]), classes=shares[group])
            for group, rows in enumerate(self._groups)
        ]

    def _seen_object(
        self, rows: list[int], answer: int, weight: Floats, *, present: float, classes: dict[str, float]
    ) -> SeenObject:
        own = [row for row in rows if self._of[row] == answer]
        others = [row for row in rows if self._of[row] != answer]
        merged, overlap = None, np.nan
        if others:
            best = max(sorted(classes), key=lambda name: classes[name])
            named = [row for row in others if self._objects[row].label == best]
            merged = self._merge_rows(others, named or others, weight)
            merged = merged.model_copy(update={"label": best})
        if own and merged is not None:
            overlap = self._overlap_of(self._objects[own[0]], merged)
        return SeenObject(
            part=int(own[0] - np.searchsorted(self._of, answer)) if own else None,
            present=present,
            classes=classes,
            merged=merged,
            overlap=overlap,
        )

    def _overlap_of(self, one: Any, other: Any) -> float:
        """Return intersection over union of two objects."""
        pair = type(self)(self._schema, [self._make_answer([one]), self._make_answer([other])])
        first, second = np.array([0]), np.array([1])
        overlap = box_iou(pair._bounds[first], pair._bounds[second])
        return float(pair._refine_overlaps(first, second, overlap)[0])

    def _allowed_objects(self, objects: Sequence[Any]) -> list[int]:
        """Return the numbers of objects that may stand side by side. objects: the most probable first."""
        return list(range(len(objects)))

    def _find_medoid(self, members: list[int], weight: Floats) -> int:
        """Return the member that overlaps the others most; it is one that a person drew."""
        return members[int((self._pairs.overlaps_among(members) @ weight).argmax())]

    def _shared_attributes(self, members: list[int], weight: Floats) -> tuple[str, ...]:
        """Return the attributes that more than half of the weight of these objects names."""
        if not any(self._objects[row].attributes for row in members):
            return ()
        votes: Counter[str] = Counter()
        for row in members:
            part = float(weight[self._of[row]])
            votes.update(dict.fromkeys({"", *self._objects[row].attributes}, part))
        return tuple(sorted(name for name, part in votes.items() if name and part > votes[""] / 2))


def _count_of_size(objects: Sequence[Any]) -> int:
    """Return how many of the first objects an answer can hold: a label must fit into a record of Kafka."""
    sizes = np.cumsum([len(item.model_dump_json().encode()) + 1 for item in objects])
    return int((sizes <= MOST_BYTES - FRAME_BYTES).sum())
