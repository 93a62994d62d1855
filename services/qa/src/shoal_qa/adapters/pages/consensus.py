"""A consensus as one self-contained page, in the words of those who run a labelling project."""

from html import escape

from shoal.pages import page, parts_of_a_whole, table
from shoal_qa.adapters.pages.crowd import confusion, people
from shoal_qa.adapters.pages.trust import trust
from shoal_qa.adapters.pages.words import count, percent
from shoal_qa.usecases.files.facts import Facts

ACTIONS = {
    "accept": ("accepted", "var(--good)", "use the label as it is"),
    "more": ("one more vote", "var(--blue)", "another vote may settle it, or is cheaper than a mistake"),
    "review": ("review", "#d9730d", "an expert should look"),
    "futile": (
        "futile",
        "var(--grey)",
        "further votes are not expected to change it; where nothing is certified, gold would help",
    ),
}


def consensus_page(facts: Facts) -> str:
    """Return the page."""
    body = (
        f'<h1>What the votes are worth</h1><p class="lead">{escape(facts.source)}: {facts.votes:,} votes of '
        f"{count(facts.annotators, 'annotator')} on {facts.tasks:,} tasks with {len(facts.classes):,} classes; "
        f"{count(facts.gold, 'answer')} known for certain.</p>"
        + _cards(facts)
        + _next(facts)
        + trust(facts)
        + _choice(facts)
        + people(facts)
        + confusion(facts)
        + _hardest(facts)
    )
    return page("Shoal: consensus", body)


def _cards(facts: Facts) -> str:
    promise = facts.certificate
    accepted = facts.actions.get("accept", 0)
    cards = [(f"{accepted:,}", f"of {facts.tasks:,} labels accepted")]
    if promise is not None and promise.bound is not None:
        told = f"of accepted labels are right, at the least (with {percent(promise.confidence)} confidence)"
        cards.append((percent(promise.bound), told))
    else:
        cards.append(("no promise", "yet about accepted labels: see below"))
    if facts.expected is not None:
        cards.append((percent(facts.expected), "of labels are right, by their probabilities"))
    inside = "".join(f'<div class="card"><b>{escape(b)}</b><span>{escape(s)}</span></div>' for b, s in cards)
    return f'<div class="cards">{inside}</div>'


def _next(facts: Facts) -> str:
    shown = {name: facts.actions[name] for name in ACTIONS if facts.actions.get(name)}
    bar = parts_of_a_whole([(ACTIONS[name][0], size, ACTIONS[name][1]) for name, size in shown.items()])
    key = "".join(
        f'<span><i style="background:{ACTIONS[name][1]}"></i><b>{size:,} {ACTIONS[name][0]}</b>: '
        f"{escape(ACTIONS[name][2])}</span>"
        for name, size in shown.items()
    )
    return f'<h2>What to do next</h2>{bar}<div class="key" style="flex-wrap:wrap;margin-top:12px">{key}</div>'


def _choice(facts: Facts) -> str:
    named = dict.fromkeys(name for _, each in facts.panel for name in each)
    figures = [name for name in named if any(each.get(name) is not None for _, each in facts.panel)]
    rows = [[name, *(_figure(each.get(figure)) for figure in figures)] for name, each in facts.panel]
    shown = table(["model", *figures], rows) if figures else ""
    return f"<h2>How the votes were put together</h2><p><b>{escape(facts.model)}</b>: {escape(facts.reason)}</p>{shown}"


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _hardest(facts: Facts) -> str:
    rows = [
        [
            each.task,
            each.label,
            f"{each.probability:.2f}",
            each.votes,
            ACTIONS.get(each.action, (each.action,))[0],
        ]
        for each in facts.hardest
    ]
    shown = table(["task", "label", "probability", "votes", "next"], rows)
    return (
        "<h2>The hardest tasks</h2><p>Where the consensus is least sure. Look at some: they show what the guideline "
        f'leaves open.</p><div class="nowrap">{shown}</div>'
    )
