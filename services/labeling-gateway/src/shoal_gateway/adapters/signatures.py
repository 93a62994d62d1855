"""Signatures of webhooks (Standard Webhooks)."""

from collections.abc import Mapping
from datetime import datetime

from shoal.runtime.refusal import Refused
from shoal.security import StaleWebhook, UnsignedWebhook, verify_webhook
from shoal_gateway.domain.providers import ProviderConfig


def verify_signature(
    config: ProviderConfig, headers: Mapping[str, str], raw_body: bytes, now: datetime
) -> None:
    """Check that the raw body is signed with the provider's secret, and recently. Raises Refused if not."""
    if config.webhook_secret is None:
        raise Refused(
            "unauthenticated",
            f"provider {config.name!r} has no webhook_secret, so its webhooks cannot be verified",
            field="webhook_secret",
            fix=f"Set one with PUT /v1/projects/{config.project}/providers/{config.name}",
            title="No webhook secret",
        )
    try:
        verify_webhook(config.webhook_secret, headers, raw_body, now=now)
    except StaleWebhook as error:
        raise Refused(
            "malformed",
            str(error),
            field="webhook-timestamp",
            fix="Sign each attempt anew, with the current time in seconds",
            title="Stale webhook",
        ) from error
    except UnsignedWebhook as error:
        raise Refused(
            "unauthenticated",
            str(error),
            field="webhook-signature",
            fix="Sign {webhook-id}.{webhook-timestamp}.{raw body} with the provider's webhook_secret",
            title="Bad signature",
        ) from error
