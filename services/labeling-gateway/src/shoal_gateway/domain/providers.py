"""How a provider is configured, and what it can do."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What an adapter promises beyond taking tasks; what is False the gateway does without, or itself."""

    polls: bool  # has a feed of annotations: the truth
    webhooks: bool
    extends_overlap: bool  # else a further task is made for further votes
    shows_predictions: bool
    cancels: bool
    replaces_skips: bool  # offers a skipped task to somebody else; else one more vote is asked for
    max_batch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderConfig:
    """One provider of one project. Secrets never appear in a repr."""

    project: str
    name: str
    kind: str
    base_url: str | None = None
    api_key: str | None = field(default=None, repr=False)
    webhook_secret: str | None = field(default=None, repr=False)
    price_per_vote: float = 0.0
    is_default: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Return project and name."""
        return (self.project, self.name)
