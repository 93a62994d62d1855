"""Texts with a right answer, for projects whose people and models are simulated."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from random import Random
from typing import Any

from shoal.clock import utc_now

TOPICS = {
    "grain": ("Wheat", "Maize", "Barley", "Rice", "Soybean"),
    "energy": ("Crude", "Gas", "Coal", "Power", "Fuel oil"),
    "shipping": ("Freight", "Tanker", "Container", "Port", "Ferry"),
    "trade": ("Tariff", "Export", "Quota", "Import", "Customs"),
}
DEEDS = ("rose", "fell", "were cut", "were delayed", "beat forecasts", "stalled")
WRONG = 0.15
"""Share of texts for which the model predicts another class."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text, its name at the producer, and its right answer."""

    name: str
    text: str
    label: str


def make_texts(chance: Random) -> Iterator[Text]:
    """Yield texts without end; a few repeat an earlier one word by word."""
    last = Text("none", "Nothing to report.", "trade")
    for number in count():
        label = chance.choice([*TOPICS, "grain"])  # one class is more frequent
        where = f"{chance.choice(DEEDS)} in week {number % 52} at berth {number}"
        text = Text(str(number), f"{chance.choice(TOPICS[label])} shipments {where}.", label)
        last = replace(last, name=str(number)) if number % 12 == 11 else text
        yield last


def make_inference(project: str, text: Text, chance: Random) -> dict[str, Any]:
    """Return the inference of a model that is sometimes wrong and seldom sure."""
    label = chance.choice(list(TOPICS)) if chance.random() < WRONG else text.label
    score = chance.uniform(0.4, 0.95)
    others = [name for name in TOPICS if name != label]
    scores = {label: score, **{name: (1 - score) / len(others) for name in others}}
    version = "7" if chance.random() < 0.7 else "8"
    return {
        "project": project,
        "source": "wire",
        "source_id": text.name,
        "occurred_at": utc_now().isoformat(),
        "text": text.text,
        "prediction": {"model": "topics", "version": version, "label": label, "scores": scores},
    }


def guideline(title: str) -> dict[str, Any]:
    """Return a guideline with the classes."""
    classes: Sequence[dict[str, str]] = [{"name": name} for name in TOPICS]
    return {"title": title, "text": "# Choose the topic", "label_schema": {"classes": list(classes)}}
