"""What a fit of claims adds to a stored fit: arrays beside numbers."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

import numpy as np

from shoal_qa.domain.answers.model import AnswerParts
from shoal_qa.domain.answers.odds import Odds

PREFIX = "parts_"


def dump_parts(parts: AnswerParts) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the numbers, and the arrays under names that start with PREFIX."""
    values = {field.name: getattr(parts, field.name) for field in fields(parts)}
    arrays = {name: value for name, value in values.items() if isinstance(value, np.ndarray)}
    numbers = {name: value for name, value in values.items() if name not in arrays}
    return {**numbers, "odds": asdict(parts.odds)}, {PREFIX + name: value for name, value in arrays.items()}


def load_parts(numbers: Mapping[str, Any], arrays: Any) -> AnswerParts:
    """Return the parts that `dump_parts` wrote. arrays: an open .npz."""
    stored = {name.removeprefix(PREFIX): arrays[name] for name in arrays.files if name.startswith(PREFIX)}
    names = {field.name for field in fields(AnswerParts)}
    values = {name: value for name, value in {**numbers, **stored}.items() if name in names}
    return AnswerParts(**{**values, "odds": Odds(**numbers["odds"])})
