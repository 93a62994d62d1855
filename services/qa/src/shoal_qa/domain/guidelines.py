"""Versions of guidelines, and what each version does with labels that were given under the one before."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Loss = Literal["asked_again", "class_removed", "kind_changed"]


class BadChanges(ValueError):
    """A statement about earlier labels that cannot be carried out. path: the field, below `changes`."""

    def __init__(self, detail: str, *, path: str, fix: str) -> None:
        super().__init__(detail)
        self.path = path
        self.fix = fix


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a version does with labels of the version before, by their class there.

    renamed: former class -> its new name. merged: class -> the former classes whose labels it takes.
    asked_again: classes whose labels do not count. all_asked_again: no earlier label counts.
    """

    renamed: Mapping[str, str] = field(default_factory=dict)
    merged: Mapping[str, Sequence[str]] = field(default_factory=dict)
    asked_again: Sequence[str] = ()
    all_asked_again: bool = False

    def moved(self) -> dict[str, str]:
        """Return former class -> class, of classes that were renamed or merged."""
        return {**self.renamed, **{old: new for new, names in self.merged.items() for old in names}}

    def ask_again(self) -> bool:
        """Return whether labels of any class are asked again."""
        return self.all_asked_again or bool(self.asked_again)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One version after a label's own. changes: None if the version does not state them."""

    classes: frozenset[str]
    kind: str
    changes: Changes | None


def next_version(
    latest: tuple[int, int] | None,
    old_classes: Sequence[str],
    new_classes: Sequence[str],
    *,
    ask_again: bool = False,
) -> tuple[int, int]:
    """Return the (major, minor) of a guideline that differs from the latest.

    The major rises if the possible answers change, or if labels are asked again. Neither the order of classes
    nor their definitions and examples change the possible answers.
    """
    if latest is None:
        return 1, 0
    if ask_again or set(old_classes) != set(new_classes):
        return latest[0] + 1, 0
    return latest[0], latest[1] + 1


def check_changes(old: Sequence[str], new: Sequence[str], changes: Changes) -> None:
    """Raise BadChanges unless the statement says what happens to labels of every class that is removed.

    old, new: classes of the version before and of this one.
    """
    if changes.all_asked_again:
        return
    _check_moves(old, new, changes)
    _check_named_once(old, changes)
    moved = changes.moved()
    open_ones = [name for name in old if name not in new and name not in moved]
    open_ones = [name for name in open_ones if name not in changes.asked_again]
    if open_ones:
        names = ", ".join(repr(name) for name in open_ones[:5])
        more = f" and {len(open_ones) - 5} more" if len(open_ones) > 5 else ""
        raise BadChanges(
            f"the label schema has no class {names}{more} any more, and nothing says what happens to its labels",
            path="",
            fix=f"Send `changes` with {open_ones[0]!r} in `renamed` ({_as_json({open_ones[0]: '<new name>'})}), in "
            f"`merged` ({_as_json({'<class>': [open_ones[0]]})}) or in `asked_again` ({_as_json([open_ones[0]])})",
        )


def _check_moves(old: Sequence[str], new: Sequence[str], changes: Changes) -> None:
    former, present = set(old), set(new)
    for path, source, target in _list_moves(changes):
        if source in present:
            fix = "Remove it from the label schema, or give it no other class"
            raise BadChanges(f"{source!r} is still a class of the label schema", path=path, fix=fix)
        if target not in present:
            fix = f"Use one of {', '.join(new[:20])}"
            raise BadChanges(f"{target!r} is no class of the label schema", path=path, fix=fix)
        if path.startswith("renamed") and target in former:
            fix = f"Send {_as_json({target: [source]})} in `merged`"
            raise BadChanges(f"{target!r} was a class before, and has labels of its own", path=path, fix=fix)
    names = list(changes.renamed.values())
    if twice := next((name for name in names if names.count(name) > 1), None):
        former_names = [old for old, target in changes.renamed.items() if target == twice]
        fix = f"Send {_as_json({twice: former_names})} in `merged`"
        raise BadChanges(f"several classes are renamed to {twice!r}", path="renamed", fix=fix)


def _check_named_once(old: Sequence[str], changes: Changes) -> None:
    former, names = set(old), set()
    moves = [(path, source) for path, source, _ in _list_moves(changes)]
    for path, source in [*moves, *(("asked_again", name) for name in changes.asked_again)]:
        if source not in former:
            fix = f"Use one of {', '.join(old[:20])}" if old else "Leave it out: the version has no classes"
            raise BadChanges(f"the version before has no class {source!r}", path=path, fix=fix)
        if source in names:
            fix = "Name every class once, in `renamed`, `merged` or `asked_again`"
            raise BadChanges(f"class {source!r} appears twice", path=path, fix=fix)
        names.add(source)


def _list_moves(changes: Changes) -> list[tuple[str, str, str]]:
    """Return (field, former class, class) of every class that is renamed or merged."""
    renamed = [(f"renamed.{old}", old, new) for old, new in changes.renamed.items()]
    merged = [(f"merged.{new}", old, new) for new, names in changes.merged.items() for old in names]
    return renamed + merged


def _as_json(value: Any) -> str:
    """Return JSON that can be sent as it is, whatever the names of the classes are."""
    return json.dumps(value, ensure_ascii=False)


def unchanged_classes(old: Sequence[str], new: Sequence[str], changes: Changes) -> list[str]:
    """Return the former classes whose labels count as they are."""
    if changes.all_asked_again:
        return []
    lost = {*changes.asked_again, *changes.moved()}
    return [name for name in old if name in set(new) and name not in lost]


def follow_class(label: str, steps: Iterable[Step]) -> tuple[str | None, Loss | None]:
    """Return the class that a label has after later versions, or None and why it does not count any more.

    steps: the versions after the label's own, oldest first.
    """
    for step in steps:
        if step.changes is not None:
            if step.changes.all_asked_again or label in step.changes.asked_again:
                return None, "asked_again"
            label = step.changes.moved().get(label, label)
        if label not in step.classes:
            return None, "class_removed"
    return label, None


def follow_kind(kind: str, steps: Iterable[Step]) -> Loss | None:
    """Return why no label of a version counts any more, whatever its class; None if it may count."""
    for step in steps:
        if step.changes is not None and step.changes.all_asked_again:
            return "asked_again"
        if step.kind != kind:
            return "kind_changed"
    return None
