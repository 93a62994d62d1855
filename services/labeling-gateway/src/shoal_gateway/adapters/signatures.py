"""Signatures of webhooks (Standard Webhooks)."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from secrets import token_hex

from shoal.runtime.refusal import Refused
from shoal.security import StaleWebhook, UnsignedWebhook, verify_webhook
from shoal_gateway.domain.providers import ProviderConfig

_DECOY = token_hex(32)


def verify_signature(
    config: ProviderConfig, headers: Mapping[str, str], raw_body: bytes, now: datetime
) -> None:
    """Check that the raw body is signed with the provider's secret, and recently. Raises Refused if not.

    A provider without a usable secret gets the answer of a wrong signature, after the same work.
    """
    try:
        _check_signatures(config.webhook_secrets(now), headers, raw_body, now)
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
            fix="Use the callback_url that came with the tasks, and sign {webhook-id}.{webhook-timestamp}.{raw body} "
            "with the provider's webhook_secret",
            title="Bad signature",
        ) from error


def _check_signatures(
    secrets: Sequence[str], headers: Mapping[str, str], raw_body: bytes, now: datetime
) -> None:
    """Check with each secret until one fits; raise what the last one raised."""
    *others, last = secrets or [_DECOY]
    for secret in others:
        with suppress(UnsignedWebhook):
            return _check_signature(secret, headers, raw_body, now)
    return _check_signature(last, headers, raw_body, now)


def _check_signature(secret: str, headers: Mapping[str, str], raw_body: bytes, now: datetime) -> None:
    try:
        verify_webhook(secret, headers, raw_body, now=now)
    except (UnsignedWebhook, StaleWebhook):
        raise
    except ValueError:  # stored before secrets were checked
        verify_webhook(_DECOY, headers, raw_body, now=now)
