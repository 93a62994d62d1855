"""Grafana's field options: units, colours at limits, and texts in place of values."""

from typing import Any

from shoal_boards.sources import Look

Json = dict[str, Any]
GREEN, YELLOW, RED = "green", "#EAB839", "red"


def field_defaults(look: Look) -> Json:
    """Return the options of every value of a panel."""
    options: Json = {
        "unit": look.unit,
        "mappings": value_texts(look.words),
        "thresholds": threshold_steps(look),
    }
    if look.decimals is not None:
        options["decimals"] = look.decimals
    options["color"] = {"mode": "thresholds"} if has_limits(look) else {"mode": "fixed", "fixedColor": "text"}
    return options


def has_limits(look: Look) -> bool:
    """Return whether values have a colour of their own."""
    return look.warn is not None or look.bad is not None


def threshold_steps(look: Look) -> Json:
    """Return the colours from the lowest value up; with `bad` below `warn`, low values are red."""
    limits = [
        (limit, colour) for limit, colour in ((look.warn, YELLOW), (look.bad, RED)) if limit is not None
    ]
    if look.warn is not None and look.bad is not None and look.bad < look.warn:
        steps = [(None, RED), (look.bad, YELLOW), (look.warn, GREEN)]
    else:
        steps = [(None, GREEN), *sorted(limits)]
    return {"mode": "absolute", "steps": [{"color": colour, "value": value} for value, colour in steps]}


def value_texts(words: dict[str, str]) -> list[Json]:
    """Return the texts that stand for values."""
    if not words:
        return []
    options = {value: {"index": index, "text": text} for index, (value, text) in enumerate(words.items())}
    return [{"type": "value", "options": options}]
