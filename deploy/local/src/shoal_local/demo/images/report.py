"""The result on images as one self-contained page: numbers, curves, and the pictures that were chosen."""

import base64
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup
from PIL import Image

from shoal.pages import Series, line_plot, render_page
from shoal_local.demo.images.cells import DEFECTIVE
from shoal_local.demo.images.plan import Choice, ImageOutcome, ImagePlan, ImageSet

SHOWN = 40  # pictures of an arm
THUMBNAIL = 88  # pixels
COLOURS = {"random": ("Random", "var(--grey)"), "shoal": ("Shoal", "var(--blue)")}
Outcomes = Mapping[str, ImageOutcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageFacts:
    """The facts of one run."""

    plan: ImagePlan
    defective: int  # in the stream
    seconds: float


@dataclass(frozen=True, slots=True)
class Tile:
    """A picture on the page: its address, its CSS class, and words for those who do not see it."""

    picture: Markup
    css_class: str
    words: str


def report_images(outcomes: Outcomes, images: ImageSet, facts: ImageFacts) -> str:
    """Return the page as HTML."""
    return render_page(
        __package__,
        "images.html",
        facts=facts,
        plan=facts.plan,
        headline=_headline_numbers(outcomes, facts),
        arms=list(COLOURS.values()),
        plots=list(_draw_plots(outcomes, facts)),
        galleries=[(COLOURS[arm][0], _gallery_tiles(outcomes[arm].choices, images)) for arm in COLOURS],
        examples=_gallery_tiles([Choice(row, DEFECTIVE) for row in images.uses.examples], images),
        rows=table_rows(outcomes, facts),
        datasets=[outcome.dataset for outcome in outcomes.values()],
    )


def table_rows(outcomes: Outcomes, facts: ImageFacts) -> list[tuple[str, str, str]]:
    """Return the table's rows: name, value with random choice, value with Shoal's choice."""
    random, shoal = outcomes["random"], outcomes["shoal"]
    values: dict[str, Callable[[ImageOutcome], str]] = {
        "images chosen": lambda arm: f"{len(arm.choices)}",
        "defective cells found": lambda arm: f"{arm.defects[-1]} of {facts.defective}",
        "recall of defective cells": lambda arm: f"{arm.defects[-1] / facts.defective:.0%}",
        "votes": lambda arm: f"{arm.votes}",
        "cost of the votes": lambda arm: f"{arm.cost:.2f}",
        "cost per defective cell found": _format_cost,
        "average precision of the first model": lambda arm: f"{arm.precision[0]:.2f}",
        "average precision of the next model": lambda arm: f"{arm.precision[-1]:.2f}",
    }
    return [(name, value(random), value(shoal)) for name, value in values.items()]


def _headline_numbers(outcomes: Outcomes, facts: ImageFacts) -> list[tuple[str, str]]:
    random, shoal = outcomes["random"], outcomes["shoal"]
    return [
        (
            f"{shoal.defects[-1]} of {facts.defective}",
            f"defective cells of the stream found; {random.defects[-1]} with random choice",
        ),
        (_format_cost(shoal), f"cost per defective cell; {_format_cost(random)} with random choice"),
        (
            f"{shoal.precision[-1]:.2f}",
            f"average precision of the next model; {random.precision[-1]:.2f} with random choice",
        ),
    ]


def _format_cost(outcome: ImageOutcome) -> str:
    return f"{outcome.cost / outcome.defects[-1]:.2f}" if outcome.defects[-1] else "none found"


def _draw_plots(outcomes: Outcomes, facts: ImageFacts) -> Iterator[tuple[str, Markup]]:
    recall = {
        arm: [0.0, *(count / facts.defective for count in outcome.defects)]
        for arm, outcome in outcomes.items()
    }
    yield "Recall of defective cells", _draw_plot(outcomes, recall, "recall")
    precision = {arm: outcome.precision for arm, outcome in outcomes.items()}
    yield "The model on held-out cells", _draw_plot(outcomes, precision, "average precision")


def _draw_plot(outcomes: Outcomes, values: Mapping[str, Sequence[float]], title: str) -> Markup:
    series = [
        Series(
            name=COLOURS[arm][0],
            colour=COLOURS[arm][1],
            points=[
                (float(votes), value, value, value)
                for votes, value in zip([0, *outcome.reserved], values[arm], strict=True)
            ],
        )
        for arm, outcome in outcomes.items()
    ]
    return line_plot(series, "votes reserved", title)


def _gallery_tiles(choices: Sequence[Choice], images: ImageSet) -> list[Tile]:
    tiles = []
    for item in choices[:SHOWN]:
        label = item.label or "no label: the votes disagree"
        css_class = {DEFECTIVE: "rare", None: "open"}.get(item.label, "common")
        tiles.append(Tile(thumbnail_uri(images.cells[item.row].picture), css_class, label))
    return tiles


def thumbnail_uri(picture: bytes) -> Markup:
    """Return a small JPEG of a picture as a data URI."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.thumbnail((THUMBNAIL, THUMBNAIL))
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=70)
    return Markup("data:image/jpeg;base64,") + base64.b64encode(stream.getvalue()).decode()
