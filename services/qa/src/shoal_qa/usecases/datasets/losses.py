"""The labels that a dataset version leaves out, in words."""

from collections.abc import Mapping
from typing import Any

_REASONS = {
    "asked_again": "a later guideline asks them again",
    "class_removed": "a later guideline removed the class without saying what happens to its labels",
    "kind_changed": "a later guideline asks for another kind of answer",
    "not_fitting": "they do not fit the limits of the current guideline",
    "not_requested": "the guideline's major was not requested",
    "replaced": "the sample has a newer label",
}


def describe_loss(loss: Mapping[str, Any]) -> str:
    """Return in words what is left out of a version, such as `12 labels 'misc' of major 1: ...`."""
    name = f" {loss['label']!r}" if loss["label"] is not None else ""
    labels = "label" if loss["labels"] == 1 else "labels"
    return f"{loss['labels']} {labels}{name} of major {loss['major']}: {_REASONS.get(loss['reason'], loss['reason'])}"
