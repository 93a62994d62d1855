"""Access control: projects, API keys, roles and webhook signatures."""

from shoal.security.access import Denied, Principal, require_role
from shoal.security.directory import ProjectDirectory, ProjectInfo
from shoal.security.keys import hash_key, new_key
from shoal.security.webhooks import (
    StaleWebhook,
    UnsignedWebhook,
    check_webhook_secret,
    sign_webhook,
    verify_webhook,
)

__all__ = [
    "Denied",
    "Principal",
    "ProjectDirectory",
    "ProjectInfo",
    "StaleWebhook",
    "UnsignedWebhook",
    "check_webhook_secret",
    "hash_key",
    "new_key",
    "require_role",
    "sign_webhook",
    "verify_webhook",
]
