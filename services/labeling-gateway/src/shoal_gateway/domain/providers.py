"""A provider's configuration and capabilities."""

from dataclasses import dataclass, field
from datetime import datetime


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
    former_webhook_secret: str | None = field(default=None, repr=False)
    former_secret_until: datetime | None = None
    price_per_vote: float = 0.0
    is_default: bool = False

    @property
    def key(self) -> tuple[str, str]:
        """Return project and name."""
        return (self.project, self.name)

    def webhook_secrets(self, now: datetime) -> list[str]:
        """Return the secrets with which the vendor may sign at a time: after a change also the former one."""
        is_kept = self.former_secret_until is not None and now < self.former_secret_until
        secrets = [self.webhook_secret, self.former_webhook_secret if is_kept else None]
        return [secret for secret in secrets if secret is not None]


def sends_key_elsewhere(stored: ProviderConfig | None, config: ProviderConfig) -> bool:
    """Return whether `config` would send the stored key to another address than the one it was stored for."""
    return (
        stored is not None
        and stored.api_key is not None
        and config.api_key is None
        and (stored.base_url or "").rstrip("/") != (config.base_url or "").rstrip("/")
    )
