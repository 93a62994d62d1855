"""Colours, legends and texts of values, from a panel's JSON."""

import math
import re
from dataclasses import dataclass
from typing import Any

from boards.boardkit import Json
from boards.drawing.formats import format_value
from boards.live.answers import points_of
from boards.live.prometheus import Series

LABEL = re.compile(r"\{\{(\w+)\}\}")
NAMED = {"green": "#73BF69", "red": "#F2495C", "blue": "#5794F2", "text": "#CCCCDC"}
PALETTE = (
    *("#73BF69", "#F2CC0C", "#8AB8FF", "#FF780A", "#F2495C", "#5794F2", "#B877D9", "#705DA0", "#37872D"),
    *("#FADE2A", "#447EBC", "#C15C17", "#96D98D", "#FFA6B0", "#DEB6F2", "#C0D8FF"),
)
Points = list[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Line:
    """One series: its name, colour and points."""

    name: str
    colour: str
    points: Points

    @property
    def last(self) -> float:
        """Return the last value that is a number."""
        values = [value for _, value in self.points if value == value]
        return values[-1] if values else float("nan")


@dataclass(frozen=True, slots=True)
class FieldLook:
    """How the values of a panel or column are written."""

    options: Json

    def text_of(self, value: float) -> str:
        """Return a value's text."""
        number = f"{value:g}"
        if self.word_of(number) != number:
            return self.word_of(number)
        return format_value(value, self.options.get("unit", "short"), self.options.get("decimals"))

    def word_of(self, text: str) -> str:
        """Return the text that stands for another one."""
        for mapping in self.options.get("mappings", []):
            if text in mapping["options"]:
                return str(mapping["options"][text]["text"])
        return text

    def colour_of(self, value: float) -> str:
        """Return a value's colour."""
        colour = self.options.get("color", {"mode": "fixed"})
        if math.isnan(value):
            return named_colour("text")
        if colour["mode"] != "thresholds":
            return named_colour(colour.get("fixedColor", "text"))
        steps = self.options["thresholds"]["steps"]
        reached = [step for step in steps if step["value"] is None or value >= step["value"]]
        return named_colour(reached[-1]["color"])


def panel_lines(panel: Json, answers: list[list[Series]]) -> list[Line]:
    """Return the series of all queries, named by their legends."""
    named = [
        (legend_of(target["legendFormat"], series["metric"]), points_of(series))
        for target, found in zip(panel["targets"], answers, strict=True)
        for series in found
    ]
    return [Line(name, PALETTE[index % len(PALETTE)], points) for index, (name, points) in enumerate(named)]


def legend_of(form: str, labels: dict[str, Any]) -> str:
    """Return the name of a series."""
    return LABEL.sub(lambda match: labels.get(match[1], ""), form) if form != "__auto" else ""


def named_colour(name: str) -> str:
    """Return the colour as CSS writes it."""
    return NAMED.get(name, name)
