"""What a new version of a guideline does with labels of the version before, checked at the door."""

from shoal.contracts.label_schemas import LabelSchema, classes_of
from shoal.contracts.quality import LabelChanges
from shoal.runtime.refusal import Refused
from shoal_qa.domain.guidelines import BadChanges, Changes, check_changes, unchanged_classes

_FIELD = "changes"


def state_changes(old: LabelSchema, new: LabelSchema, stated: LabelChanges | None) -> LabelChanges:
    """Return the whole statement of a version, with the classes that it keeps.

    old: label schema of the version before. stated: the part that the caller gave. Raises Refused if labels
    of a removed class, or of another kind, have no destination.
    """
    stated = stated or LabelChanges()
    if old.kind != new.kind and not stated.all_asked_again:
        raise Refused(
            "invalid",
            f"the label schema was {old.kind!r} and is {new.kind!r} now: no earlier label fits it",
            field=_FIELD,
            fix='Send "changes": {"all_asked_again": true}, or keep the kind',
        )
    former = [item.name for item in classes_of(old)]
    present = [item.name for item in classes_of(new)]
    changes = domain_changes(stated)
    try:
        check_changes(former, present, changes)
    except BadChanges as error:
        field = f"{_FIELD}.{error.path}" if error.path else _FIELD
        raise Refused("invalid", f"{field}: {error}", field=field, fix=error.fix) from error
    return stated.model_copy(update={"unchanged": tuple(unchanged_classes(former, present, changes))})


def refuse_first(stated: LabelChanges | None) -> None:
    """Raise Refused if a first version says something about labels: there are none before it."""
    if stated is not None and stated != LabelChanges():
        raise Refused(
            "invalid",
            "changes: the project has no guideline before this one",
            field=_FIELD,
            fix="Leave `changes` out",
        )


def domain_changes(stated: LabelChanges) -> Changes:
    """Return the statement as the domain reads it."""
    return Changes(
        renamed=stated.renamed,
        merged=stated.merged,
        asked_again=stated.asked_again,
        all_asked_again=stated.all_asked_again,
    )


def same_statement(stated: LabelChanges | None, published: LabelChanges | None) -> bool:
    """Return whether a statement asks for nothing else than a published version did."""
    if stated is None or stated == LabelChanges():
        return True
    bare = LabelChanges() if published is None else published.model_copy(update={"unchanged": ()})
    return stated.model_copy(update={"unchanged": ()}) == bare
