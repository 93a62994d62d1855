"""The report on a consensus: one self-contained page for those who run a labelling project."""

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from shoal.pages import format_percent, parts_of_a_whole, render_page
from shoal.wording import format_count
from shoal_qa.adapters.pages.crowd import HALF, confused_pairs, confusion_matrix, people_intervals
from shoal_qa.adapters.pages.drawings import draw_shapes
from shoal_qa.adapters.pages.trust import plot_trust
from shoal_qa.usecases.files.facts import Facts


@dataclass(frozen=True, slots=True)
class Action:
    """A next step of tasks, with its name, colour and meaning on the page."""

    name: str
    colour: str
    meaning: str


ACTIONS: Mapping[str, Action] = {
    "accept": Action("accepted", "var(--good)", "use the label as it is"),
    "more": Action(
        "one more vote", "var(--blue)", "another vote may settle the label, or costs less than a mistake"
    ),
    "review": Action("review", "#d9730d", "an expert should decide"),
    "futile": Action(
        "futile",
        "var(--grey)",
        "more votes are not expected to change the label; without a certificate, gold answers would help",
    ),
}


def consensus_page(facts: Facts) -> str:
    """Return the page as HTML."""
    next_actions = [(facts.actions[name], ACTIONS[name]) for name in ACTIONS if facts.actions.get(name)]
    return render_page(
        __package__,
        "consensus.html",
        facts=facts,
        headline=_headline_cards(facts),
        next_actions=next_actions,
        next_bar=_next_bar(next_actions),
        trust=plot_trust(facts),
        panel=_panel_table(facts),
        people=people_intervals(facts),
        half=HALF,
        confusion_matrix=confusion_matrix(facts),
        confused_pairs=confused_pairs(facts),
        hardest=_hardest_rows(facts),
        drawings=[
            (task.task, task.label, drawing)
            for task in facts.hardest
            if (drawing := draw_shapes(task.shapes))
        ],
    )


def _headline_cards(facts: Facts) -> list[tuple[str, str]]:
    """Return the headline numbers with their meanings."""
    promise = facts.certificate
    cards = [(f"{facts.actions.get('accept', 0):,}", f"of {format_count(facts.tasks, 'label')} accepted")]
    if promise is not None and promise.bound is not None:
        confidence = format_percent(promise.confidence)
        meaning = f"of accepted labels are right, at least (with {confidence} confidence)"
        cards.append((format_percent(promise.bound), meaning))
    else:
        cards.append(("no guarantee", "for accepted labels yet: see below"))
    if facts.expected is not None:
        cards.append((format_percent(facts.expected), "of labels are expected to be right (gold excluded)"))
    return cards


def _next_bar(actions: list[tuple[int, Action]]) -> Markup:
    return parts_of_a_whole([(action.name, size, action.colour) for size, action in actions])


@dataclass(frozen=True, slots=True)
class _Panel:
    """The models' figures as a table; figures that no model has are left out."""

    figures: list[str]
    rows: list[list[str]]


def _panel_table(facts: Facts) -> _Panel:
    names = dict.fromkeys(name for _, figures in facts.panel for name in figures)
    shown = [name for name in names if any(figures.get(name) is not None for _, figures in facts.panel)]
    return _Panel(
        shown, [[model, *(_format_figure(row.get(name)) for name in shown)] for model, row in facts.panel]
    )


def _format_figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _hardest_rows(facts: Facts) -> list[tuple[str, str, str, str, str]]:
    return [
        (task.task, task.label, f"{task.probability:.2f}", task.votes, _action_name(task.action))
        for task in facts.hardest
    ]


def _action_name(action: str) -> str:
    return ACTIONS[action].name if action in ACTIONS else action
