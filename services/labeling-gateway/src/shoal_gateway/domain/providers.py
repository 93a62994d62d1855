"""A provider's configuration and capabilities."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """Features of a provider beyond taking tasks. The gateway replaces or omits what is False."""

    polls: bool  # has a feed of annotations, which is authoritative
    webhooks: bool
    extends_overlap: bool  # otherwise more votes need a new task
    shows_predictions: bool
    cancels: bool
    replaces_skips: (
        bool  # offers a skipped task to another annotator; otherwise the gateway requests one more vote
    )
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


def sends_key_elsewhere(stored: ProviderConfig | None, config: ProviderConfig) -> bool:
    """Return whether `config` would send the stored key to another address than the one it was stored for."""
    return (
        stored is not None
        and stored.api_key is not None
        and config.api_key is None
        and (stored.base_url or "").rstrip("/") != (config.base_url or "").rstrip("/")
    )
