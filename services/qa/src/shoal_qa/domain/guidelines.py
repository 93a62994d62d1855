"""Numbers of guidelines: a change of what may be answered is a new major, any other change a new minor."""

from collections.abc import Sequence


def next_version(
    latest: tuple[int, int] | None, old_classes: Sequence[str], new_classes: Sequence[str]
) -> tuple[int, int]:
    """Return the (major, minor) of a guideline that differs from the latest.

    The order of classes does not matter; their definitions and examples are no change of what may be answered.
    """
    if latest is None:
        return 1, 0
    if set(old_classes) != set(new_classes):
        return latest[0] + 1, 0
    return latest[0], latest[1] + 1
