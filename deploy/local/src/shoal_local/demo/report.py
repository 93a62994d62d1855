"""The result as one self-contained page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from shoal.pages import Series, line_plot, paired_bars, render_page
from shoal_local.demo.plan import RARE_BELOW, RARE_TOPIC, Outcome
from shoal_local.demo.summary import ArmSummary, Facts, Point
from shoal_local.demo.table import table_rows

SHOWN_TOPICS = 18


@dataclass(frozen=True, slots=True)
class Arm:
    """An arm's name and colour on the page."""

    name: str
    colour: str


ARMS: Mapping[str, Arm] = {"random": Arm("Random", "var(--grey)"), "shoal": Arm("Shoal", "var(--blue)")}


def report_page(summary: Mapping[str, ArmSummary], outcomes: Sequence[Outcome], facts: Facts) -> str:
    """Return the page as HTML."""
    return render_page(
        __package__,
        "report.html",
        facts=facts,
        plan=facts.plan,
        arms=list(ARMS.values()),
        headline=_headline_numbers(summary["random"], summary["shoal"]),
        plots=list(_score_plots(summary)),
        topics=list(_topic_columns(outcomes, facts)),
        rows=list(_table_rows(summary["random"], summary["shoal"])),
        rare_topic=RARE_TOPIC,
        rare_below=RARE_BELOW,
        datasets=[outcome.dataset for outcome in outcomes],
    )


def _headline_numbers(random: ArmSummary, shoal: ArmSummary) -> list[tuple[str, str]]:
    """Return the headline numbers with their captions."""
    last, other = shoal.curve[-1], random.curve[-1]
    at_random = f"{random.campaign_labels:.0f} at random"
    rare_topic = f"accepted labels of {RARE_TOPIC}, the topic with three examples; {at_random}"
    return [
        (
            f"{last.accuracy.mean:.1%}",
            f"accuracy with Shoal's choice; {other.accuracy.mean:.1%} with random choice",
        ),
        (
            f"{last.macro_f1.mean:.2f}",
            f"macro-F1 over all topics; {other.macro_f1.mean:.2f} with random choice",
        ),
        (
            f"{shoal.rare_labels:.0f}",
            f"accepted labels of rare topics per seed; {random.rare_labels:.0f} at random",
        ),
        (f"{shoal.campaign_labels:.0f}", rare_topic),
    ]


def _score_plots(summary: Mapping[str, ArmSummary]) -> Iterator[tuple[str, Markup]]:
    for score, field in (("Accuracy", "accuracy"), ("Macro-F1", "macro_f1")):
        series = [
            Series(
                name=ARMS[arm].name,
                colour=ARMS[arm].colour,
                points=[_curve_point(point, field) for point in results.curve],
            )
            for arm, results in summary.items()
        ]
        yield f"{score} on held-out articles", line_plot(series, "votes reserved", score)


def _curve_point(point: Point, field: str) -> tuple[float, float, float, float]:
    score = getattr(point, field)
    return point.votes, score.mean, score.low, score.high


def _topic_columns(outcomes: Sequence[Outcome], facts: Facts) -> Iterator[Markup]:
    """Yield two columns of bars, the topics with the most labels first."""
    topics = {topic for outcome in outcomes for topic in outcome.labels_by_topic if topic in facts.rare}
    rows = [
        (topic, _mean_labels(outcomes, "random", topic), _mean_labels(outcomes, "shoal", topic))
        for topic in sorted(topics)
    ]
    rows = sorted(rows, key=lambda row: -(row[1] + row[2]))[:SHOWN_TOPICS]
    most = max((value for _, *values in rows for value in values), default=1.0) or 1.0
    half = (len(rows) + 1) // 2
    random, shoal = ARMS["random"], ARMS["shoal"]
    for part in (rows[:half], rows[half:]):
        if part:
            yield paired_bars(part, (random.name, shoal.name), (random.colour, shoal.colour), most)


def _mean_labels(outcomes: Sequence[Outcome], arm: str, topic: str) -> float:
    counts = [outcome.labels_by_topic.get(topic, 0) for outcome in outcomes if outcome.arm == arm]
    return sum(counts) / len(counts)


def _table_rows(random: ArmSummary, shoal: ArmSummary) -> Iterator[tuple[str, str, str]]:
    """Yield the table's rows: name, value with random choice, value with Shoal's choice."""
    for name, value in table_rows():
        yield name, value(random), value(shoal)
    for index, (one, other) in enumerate(zip(random.per_seed, shoal.per_seed, strict=True)):
        scores = [f"{accuracy:.3f}, {macro_f1:.3f}" for accuracy, macro_f1 in (one, other)]
        yield f"seed {index + 1}: accuracy, macro-F1", scores[0], scores[1]
