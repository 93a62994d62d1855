"""The written rules that annotators follow, reduced to what the gateway uses."""

from dataclasses import dataclass
from typing import Literal

from shoal_gateway.domain.label_schema import LabelSchema

Prelabels = Literal["shown", "hidden", "on_demand"]
"""What annotators see of a model's prediction; on_demand: after they ask for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guideline:
    """One version of a project's guideline. Versions of one major number share the label schema."""

    project: str
    major: int
    minor: int
    title: str
    text: str  # Markdown
    schema: LabelSchema
    prelabels: Prelabels = "hidden"
