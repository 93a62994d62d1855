"""Version numbers of guidelines: a new major if the possible answers change, else a new minor."""

from collections.abc import Sequence


def next_version(
    latest: tuple[int, int] | None, old_classes: Sequence[str], new_classes: Sequence[str]
) -> tuple[int, int]:
    """Return the (major, minor) of a guideline that differs from the latest.

    Neither the order of classes nor their definitions and examples change the possible answers.
    """
    if latest is None:
        return 1, 0
    if set(old_classes) != set(new_classes):
        return latest[0] + 1, 0
    return latest[0], latest[1] + 1
