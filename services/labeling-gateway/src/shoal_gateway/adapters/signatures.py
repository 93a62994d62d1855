"""Standard Webhooks: is a message from whom it says, and fresh?"""

from collections.abc import Mapping
from datetime import datetime

from shoal.security import StaleWebhook, UnsignedWebhook, verify_webhook
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.usecases.errors import WebhookRefused


def verified(config: ProviderConfig, headers: Mapping[str, str], raw_body: bytes, now: datetime) -> None:
    """Return when the raw bytes are signed with the provider's secret and fresh. Raises WebhookRefused."""
    if config.webhook_secret is None:
        raise WebhookRefused(
            401,
            "No webhook secret",
            f"provider {config.name!r} has no webhook_secret, so that nothing it sends can be believed",
            field="webhook_secret",
            fix=f"Set one with PUT /v1/projects/{config.project}/providers/{config.name}",
        )
    try:
        verify_webhook(config.webhook_secret, headers, raw_body, now=now)
    except StaleWebhook as error:
        raise WebhookRefused(
            400,
            "Stale webhook",
            str(error),
            field="webhook-timestamp",
            fix="Sign each attempt anew, with the present time in seconds",
        ) from error
    except UnsignedWebhook as error:
        raise WebhookRefused(
            401,
            "Bad signature",
            str(error),
            field="webhook-signature",
            fix="Sign {webhook-id}.{webhook-timestamp}.{raw body} with the provider's webhook_secret",
        ) from error
