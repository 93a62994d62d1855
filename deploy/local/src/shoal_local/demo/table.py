"""The result in the terminal."""

from collections.abc import Callable

from rich.console import Console
from rich.table import Table

from shoal_local.demo.plan import RARE_TOPIC
from shoal_local.demo.summary import ArmSummary, Estimate, Facts


def print_table(console: Console, summary: dict[str, ArmSummary], facts: Facts) -> None:
    """Print the two arms side by side."""
    random, shoal = summary["random"], summary["shoal"]
    curve = Table(
        "votes bought", "random: accuracy", "Shoal: accuracy", "random: macro-F1", "Shoal: macro-F1"
    )
    curve.title = f"Held-out articles, mean of {facts.plan.seeds} seeds, 95 % interval"
    for one, other in zip(random.curve, shoal.curve, strict=True):
        curve.add_row(
            f"{one.votes:,.0f} / {other.votes:,.0f}",
            _format_range(one.accuracy),
            _format_range(other.accuracy),
            _format_range(one.macro_f1),
            _format_range(other.macro_f1),
        )
    console.print(curve)
    table = Table("per seed, at the end", "random", "Shoal")
    for name, value in table_rows():
        table.add_row(name, value(random), value(shoal))
    console.print(table)
    console.print(
        f"{facts.labels_per_minute:,.0f} labels a minute through the whole pipeline, with a SIMULATED workforce at "
        f"{facts.plan.speedup:g} times the speed of people; {facts.seconds:.0f} s in all."
    )


def table_rows() -> list[tuple[str, Callable[[ArmSummary], str]]]:
    """Return the rows' names, and functions that format an arm's value."""
    return [
        ("accepted labels of rare topics", lambda arm: f"{arm.rare_labels:.1f}"),
        (
            f"accepted labels of the topic with examples ({RARE_TOPIC})",
            lambda arm: f"{arm.campaign_labels:.1f}",
        ),
        ("topics with at least one label", lambda arm: f"{arm.topics_labelled:.1f}"),
        ("single votes that are right", lambda arm: f"{arm.vote_accuracy:.1%} of {arm.votes:,}"),
        ("accepted labels that are right", lambda arm: f"{arm.label_accuracy:.1%} of {arm.labels:,}"),
        ("cost per accepted label", lambda arm: f"{arm.cost_per_label:.3f}"),
        ("agreement (Krippendorff's alpha)", lambda arm: f"{arm.alpha:.2f}"),
    ]


def _format_range(estimate: Estimate) -> str:
    return f"{estimate.mean:.3f}  ({estimate.low:.3f} to {estimate.high:.3f})"
