"""Figures about the crowd: annotators with their intervals, and classes that they confuse."""

from collections.abc import Sequence

import numpy as np
from markupsafe import Markup

from shoal.pages import interval_rows, shares_matrix
from shoal.wording import format_count
from shoal_qa.usecases.files.facts import AnnotatorSkill, Facts

HALF = 20  # most annotators of a figure
MOST_CLASSES = 20
MOST_PAIRS = 15


def people_intervals(facts: Facts) -> list[Markup]:
    """Return one figure, or two for many annotators: the least and the most skilled."""
    if not facts.people:
        return []
    parts = [facts.people]
    if len(facts.people) > HALF:
        parts = [facts.people[:HALF], facts.people[HALF:][-HALF:]]
    guess = 1 / max(len(facts.classes), 1) if facts.shape == "class" else None
    return [_plot_intervals(part, guess) for part in parts]


def _plot_intervals(people: Sequence[AnnotatorSkill], guess: float | None) -> Markup:
    rows = [
        (person.name, person.skill, person.low, person.high, format_count(person.votes, "vote"))
        for person in people
    ]
    return interval_rows(rows, guess)


def confusion_matrix(facts: Facts) -> Markup | None:
    """Return the confusion matrix; None without one, and for more than MOST_CLASSES classes."""
    names = facts.confused or facts.classes
    if facts.confusion is None or len(names) > MOST_CLASSES:
        return None
    shares = [[float(share) for share in row] for row in facts.confusion]
    return shares_matrix(names, shares, "truth", "vote")


def confused_pairs(facts: Facts) -> list[tuple[str, str, str]]:
    """Return the most frequent mistakes: (class, label given instead, times in 100 votes)."""
    if facts.confusion is None:
        return []
    names = facts.confused or facts.classes
    wrong = facts.confusion * (1 - np.eye(len(names)))
    order = np.argsort(-wrong, axis=None, kind="stable")[:MOST_PAIRS]
    pairs = [divmod(index, len(wrong)) for index in order.tolist()]
    return [(names[i], names[j], f"{100 * wrong[i, j]:.1f}") for i, j in pairs]
