"""The end of a test run: which tests did not run, and what to install for them."""

from collections import Counter
from collections.abc import Iterable, Iterator

NEEDS = "needs "
"""Skips by a missing part of the machine have the reason "needs <part>: <how to get it>"."""


def missing_parts(reasons: Iterable[str]) -> Iterator[str]:
    """Yield a line for each missing part: how many tests need it, and how to get it."""
    for reason, count in Counter(reasons).most_common():
        tests, needs = ("1 test", "needs") if count == 1 else (f"{count} tests", "need")
        if reason.startswith(NEEDS):
            yield f"{tests} {needs} {reason.removeprefix(NEEDS)}"
        else:
            yield f"{tests} skipped: {reason}"
