"""Standard Webhooks signatures (https://www.standardwebhooks.com/, specification 1.0)."""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

TOLERANCE_S = 300
SECRET_PREFIX = "whsec_"  # noqa: S105 - the prefix only
KEY_BYTES = range(24, 65)
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

    An empty key signs nothing. Raises ValueError for a secret that is no base64 after its prefix.

    The signature is checked first, so an unsigned request learns nothing. The header may hold
    several signatures, separated by spaces, while a secret is being replaced.
    """
    webhook_id, seconds = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not webhook_id or not (seconds.isascii() and seconds.isdigit() and len(seconds) <= _MOST_DIGITS):
        raise UnsignedWebhook("webhook-id and webhook-timestamp (whole seconds) are required")
    if not _secret_key(secret):
        raise UnsignedWebhook("no v1 signature in webhook-signature matches the body")
    expected = sign_webhook(secret, webhook_id, int(seconds), body).encode()
    signatures = headers.get("webhook-signature", "").encode(errors="replace").split()
    if not any(hmac.compare_digest(signature, expected) for signature in signatures):
        raise UnsignedWebhook("no v1 signature in webhook-signature matches the body")
    off_s = abs(now.timestamp() - int(seconds))
    if off_s > TOLERANCE_S:
        raise StaleWebhook(
            f"webhook-timestamp is {off_s:.0f} s from now; at most {TOLERANCE_S} s are allowed"
        )


def check_webhook_secret(secret: str) -> None:
    """Raise ValueError unless the secret's key has 24 to 64 bytes, as Standard Webhooks recommends."""
    size = len(_secret_key(secret))
    if size not in KEY_BYTES:
        raise ValueError(
            f"the key must have {KEY_BYTES[0]} to {KEY_BYTES[-1]} bytes, and this one has {size}; "
            "send whsec_ and the base64 of 24 to 64 random bytes"
        )


def _secret_key(secret: str) -> bytes:
    """Return the key of a secret; base64 may lack its padding. Raises ValueError."""
    if not secret.startswith(SECRET_PREFIX):
        return secret.encode()
    encoded = secret.removeprefix(SECRET_PREFIX).rstrip("=")
    try:
        return base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except ValueError as error:
        raise ValueError("a secret that begins with whsec_ must continue in base64") from error
