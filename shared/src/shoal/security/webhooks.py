"""Standard Webhooks signatures (https://www.standardwebhooks.com/, specification 1.0)."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

TOLERANCE_S = 300
SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix only
_MOST_DIGITS = 12


class UnsignedWebhook(ValueError):
    """The signature is missing or wrong."""


class StaleWebhook(ValueError):
    """The timestamp is too far from the present; the webhook may be a replay."""


def sign_webhook(secret: str, webhook_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of the webhook-signature header; `timestamp` in seconds."""
    signed = b".".join((webhook_id.encode(), str(timestamp).encode(), body))
    digest = hmac.new(_secret_key(secret), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


def verify_webhook(secret: str, headers: Mapping[str, str], body: bytes, *, now: datetime) -> None:
    """Check that the raw `body` is signed with `secret` and fresh. Raises UnsignedWebhook or StaleWebhook.

    The signature is checked first, so an unsigned request learns nothing. The header may hold
    several signatures, separated by spaces, while a secret is being replaced.
    """
    webhook_id, seconds = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not webhook_id or not (seconds.isascii() and seconds.isdigit() and len(seconds) <= _MOST_DIGITS):
        raise UnsignedWebhook("webhook-id and webhook-timestamp (whole seconds) are required")
    expected = sign_webhook(secret, webhook_id, int(seconds), body).encode()
    signatures = headers.get("webhook-signature", "").encode().split()
    if not any(hmac.compare_digest(signature, expected) for signature in signatures):
        raise UnsignedWebhook("no v1 signature in webhook-signature matches the body")
    off_s = abs(now.timestamp() - int(seconds))
    if off_s > TOLERANCE_S:
        raise StaleWebhook(
            f"webhook-timestamp is {off_s:.0f} s from now; at most {TOLERANCE_S} s are allowed"
        )


def check_webhook_secret(secret: str) -> None:
    """Raise ValueError for a secret that nothing can be signed with."""
    _secret_key(secret)


def _secret_key(secret: str) -> bytes:
    if not secret.startswith(SECRET_PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("a secret that begins with whsec_ must continue in base64") from error
