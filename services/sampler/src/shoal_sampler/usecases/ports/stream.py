"""The samples of the stream so far, by their predictions and tags."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Attribute = Literal["predicted_label", "model", "model_version", "tags"]


@dataclass(frozen=True, slots=True)
class Condition:
    """A value that samples must have in an attribute; a tag's value is `name=value`."""

    attribute: Attribute
    value: str


@dataclass(frozen=True, slots=True)
class Matches:
    """The number of samples so far, of those that meet each condition, and frequent values of attributes.

    together: samples that meet all conditions: every tag, and one of the values of each other attribute.
    """

    samples: int
    counts: Sequence[int]
    together: int
    values: dict[Attribute, list[str]]


class Stream(Protocol):
    """Samples that are already embedded."""

    async def matches(self, project: str, conditions: Sequence[Condition], *, with_crops: bool) -> Matches:
        """Return how many samples meet each condition, crops among them or not. Raises Transient."""
