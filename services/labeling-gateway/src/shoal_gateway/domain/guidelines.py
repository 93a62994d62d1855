"""The written rules that annotators follow, as the gateway needs them."""

from dataclasses import dataclass

from shoal_gateway.domain.label_schema import SingleChoice


@dataclass(frozen=True, slots=True)
class Class:
    """One class of the label schema."""

    name: str
    definition: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guideline:
    """One numbered version. Versions of one major share the label schema."""

    project: str
    major: int
    minor: int
    title: str
    text: str  # Markdown
    classes: tuple[Class, ...]
    prelabels_allowed: bool

    @property
    def schema(self) -> SingleChoice:
        """Return what may be answered under this guideline."""
        return SingleChoice(tuple(item.name for item in self.classes))
