"""The result as one self-contained page: no script, no address outside of it."""

from collections.abc import Sequence
from html import escape

from shoal.pages import Series, bars, curves
from shoal.pages import page as whole
from shoal_local.demo.plan import ASKED, RARE_BELOW, Outcome
from shoal_local.demo.summary import ArmSummary, Facts
from shoal_local.demo.table import table_rows

COLOURS = {"random": "var(--grey)", "shoal": "var(--blue)"}
NAMES = {"random": "Random", "shoal": "Shoal"}
SHOWN_TOPICS = 18


def page(summary: dict[str, ArmSummary], outcomes: Sequence[Outcome], facts: Facts) -> str:
    """Return the page."""
    random, shoal = summary["random"], summary["shoal"]
    body = "".join(
        [
            _head(facts),
            _cards(random, shoal),
            _key(),
            _plots(summary),
            _topics(outcomes, facts),
            _table(random, shoal),
            _method(facts),
            _datasets(outcomes),
        ]
    )
    return whole("Shoal demo: two arms, one vote budget", body)


def _head(facts: Facts) -> str:
    plan = facts.plan
    return (
        "<h1>The same votes, spent twice</h1>"
        f'<p class="lead">A news desk\'s topic classifier runs in production. Most of the newswire is company results '
        f"and takeovers; the desk's expert wants the rare topics. Two projects per seed get the same stream and the "
        f"same budget of {plan.votes_per_round * plan.rounds:,} votes: one labels at random, one lets Shoal choose.</p>"
    )


def _cards(random: ArmSummary, shoal: ArmSummary) -> str:
    last, other = shoal.curve[-1], random.curve[-1]
    cards = [
        (
            f"{last.accuracy.mean:.1%}",
            f"accuracy with Shoal's choice; {other.accuracy.mean:.1%} with random choice",
        ),
        (
            f"{last.macro_f1.mean:.2f}",
            f"macro-F1 over all topics; {other.macro_f1.mean:.2f} with random choice",
        ),
        (
            f"{shoal.rare_found:.0f}",
            f"accepted labels of rare topics per seed; {random.rare_found:.0f} at random",
        ),
        (
            f"{shoal.asked_found:.0f}",
            f"of the topic asked for by three examples ({ASKED}); {random.asked_found:.0f} at random",
        ),
    ]
    inner = "".join(f'<div class="card"><b>{escape(a)}</b><span>{escape(b)}</span></div>' for a, b in cards)
    return f'<div class="cards">{inner}</div>'


def _key() -> str:
    inner = "".join(f'<span><i style="background:{COLOURS[arm]}"></i>{NAMES[arm]}</span>' for arm in NAMES)
    return (
        f'<div class="key">{inner}<span>bands: 95 % bootstrap over seeds and held-out articles</span></div>'
    )


def _plots(summary: dict[str, ArmSummary]) -> str:
    figures = []
    for title, field_ in (
        ("Accuracy on held-out articles", "accuracy"),
        ("Macro-F1 on held-out articles", "macro_f1"),
    ):
        series = [
            Series(
                NAMES[arm],
                COLOURS[arm],
                [(p.votes, (e := getattr(p, field_)).mean, e.low, e.high) for p in each.curve],
            )
            for arm, each in summary.items()
        ]
        plot = curves(series, "votes reserved", title.split(" on ")[0])
        figures.append(f"<figure><figcaption>{title}</figcaption>{plot}</figure>")
    return f'<div class="pair">{"".join(figures)}</div>'


def _topics(outcomes: Sequence[Outcome], facts: Facts) -> str:
    def mean(arm: str, topic: str) -> float:
        own = [each for each in outcomes if each.arm == arm]
        return sum(each.labels_by_topic.get(topic, 0) for each in own) / len(own)

    topics = sorted({topic for each in outcomes for topic in each.labels_by_topic if topic in facts.rare})
    topics.sort(key=lambda topic: -(mean("shoal", topic) + mean("random", topic)))
    rows = [(topic, mean("random", topic), mean("shoal", topic)) for topic in topics[:SHOWN_TOPICS]]
    half = (len(rows) + 1) // 2
    most = max((value for row in rows for value in row[1:]), default=1.0) or 1.0
    colours = (COLOURS["random"], COLOURS["shoal"])
    figures = "".join(
        f"<figure>{bars(part, (NAMES['random'], NAMES['shoal']), colours, most)}</figure>"
        for part in (rows[:half], rows[half:])
        if part
    )
    return f'<h2>Right labels of rare topics, per seed</h2><div class="pair">{figures}</div>'


def _table(random: ArmSummary, shoal: ArmSummary) -> str:
    head = "<thead><tr><th></th><th>Random</th><th>Shoal</th></tr></thead>"
    lines = "".join(
        f"<tr><td>{escape(name)}</td><td>{value(random)}</td><td>{value(shoal)}</td></tr>"
        for name, value in table_rows()
    )
    seeds = "".join(
        f"<tr><td>seed {index + 1}: accuracy, macro-F1</td><td>{a[0]:.3f}, {a[1]:.3f}</td><td>{b[0]:.3f}, {b[1]:.3f}</td></tr>"
        for index, (a, b) in enumerate(zip(random.per_seed, shoal.per_seed, strict=True))
    )
    return f'<h2>At the end</h2><div class="scroll"><table>{head}<tbody>{lines}{seeds}</tbody></table></div>'


def _method(facts: Facts) -> str:
    plan = facts.plan
    return (
        "<h2>What was measured, and how</h2><ul>"
        f"<li>Reuters R52: {plan.stream:,} articles a round, {plan.rounds} rounds, {plan.seeds} seeds (the same articles "
        f"in another order, other first labels); {plan.held_out:,} other articles are held out. The first model knows "
        f"{plan.first} random articles. After every round it is trained again on the labels that qa accepted.</li>"
        "<li>Everything went through the real doors: inferences by HTTP into Kafka, embedding, selection, tasks to a "
        "vendor, webhooks and polling, consensus, a dataset version.</li>"
        "<li><b>The annotators are a simulation</b>: 25 made-up people with skills, confusions and three who do not read, "
        "in a process of their own behind the generic vendor interface. No service is told the truth they hold. They "
        f"work {plan.speedup:g} times as fast as people; a vote costs {plan.price:.2f}.</li>"
        f"<li>Random: every article has the same chance. Shoal: {plan.votes_per_round - plan.rare_votes_per_round} votes a "
        f"round go where the model's two best scores are closest (margin), {plan.rare_votes_per_round} to articles like "
        f"three examples of {ASKED}. A job reserves {plan.max_votes} votes; votes not needed are not spent, in both arms.</li>"
        f"<li>Rare topics: under {100 * RARE_BELOW:g} % of the newswire each, {len(facts.rare)} of them.</li>"
        f"<li>{facts.labels_per_minute:,.0f} accepted labels a minute of wall time over all projects, while streaming, "
        f"retraining and waiting; {facts.seconds:.0f} s from start to page.</li></ul>"
    )


def _datasets(outcomes: Sequence[Outcome]) -> str:
    lines = "".join(f"<li><code>{escape(each.dataset)}</code></li>" for each in outcomes)
    return f"<h2>Dataset versions of this run</h2><ul>{lines}</ul>"
