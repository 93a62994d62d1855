"""The written rules that annotators follow, reduced to what the gateway uses."""

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
    """One version of a project's guideline. Versions of one major number share the label schema."""

    project: str
    major: int
    minor: int
    title: str
    text: str  # Markdown
    classes: tuple[Class, ...]
    prelabels_allowed: bool

    @property
    def schema(self) -> SingleChoice:
        """Return the answers that this guideline allows."""
        return SingleChoice(tuple(item.name for item in self.classes))

    def shows(self, label: str) -> bool:
        """Return whether annotators may see a model's label: pre-labels are allowed, and it is a class."""
        return self.prelabels_allowed and label in self.schema.labels
