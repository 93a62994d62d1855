"""Annotators with their intervals, and the classes that they mistake for each other."""

from collections.abc import Sequence

import numpy as np

from shoal.pages import intervals, matrix, table
from shoal_qa.adapters.pages.words import count
from shoal_qa.domain.votes.arrays import Floats
from shoal_qa.usecases.files.facts import Facts, Person

HALF = 20  # annotators in a figure
MOST_CLASSES = 20
MOST_PAIRS = 15


def people(facts: Facts) -> str:
    """Return the part of the page on annotators."""
    if not facts.people:
        return ""
    parts, which = [facts.people], ""
    if len(facts.people) > HALF:
        parts = [facts.people[:HALF], facts.people[HALF:][-HALF:]]
    if len(facts.people) > 2 * HALF:
        which = f" Shown are the {HALF} least and the {HALF} most skilled of {len(facts.people):,}."
    shown = "".join(f"<figure>{_intervals(part, len(facts.classes))}</figure>" for part in parts)
    return (
        "<h2>Annotators</h2><p>How probably each answers right, from known answers and from what everybody else says, "
        "with a 95 % interval: a wide one is somebody of whom little is known, not somebody bad. The dashed line is "
        f'guessing.{which}</p><div class="pair">{shown}</div>'
    )


def _intervals(some: Sequence[Person], classes: int) -> str:
    rows = [(each.name, each.skill, each.low, each.high, count(each.votes, "vote")) for each in some]
    return intervals(rows, 1 / max(classes, 1))


def confusion(facts: Facts) -> str:
    """Return the part of the page on classes."""
    if facts.confusion is None:
        return ""
    told = (
        "<h2>Which classes are mistaken for each other</h2><p>Of 100 votes on tasks of one class, by the consensus: "
        "what annotators said. Orange is wrong; a strong orange cell is a pair of classes that the guideline should "
        "tell apart better.</p>"
    )
    if len(facts.classes) <= MOST_CLASSES:
        shares = [[float(share) for share in row] for row in facts.confusion]
        return (
            f'{told}<figure style="max-width:560px">{matrix(facts.classes, shares, "truth", "said")}</figure>'
        )
    return told + table(["truth", "said instead", "of 100 votes"], _pairs(facts.confusion, facts.classes))


def _pairs(confusion: Floats, classes: Sequence[str]) -> list[list[str]]:
    """Return the most frequent mistakes where classes are too many to draw."""
    wrong = confusion * (1 - np.eye(len(classes)))
    order = np.argsort(-wrong, axis=None, kind="stable")[:MOST_PAIRS]
    found = [divmod(place, len(wrong)) for place in order.tolist()]
    return [[classes[i], classes[j], f"{100 * wrong[i, j]:.1f}"] for i, j in found]
