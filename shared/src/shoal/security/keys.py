"""API keys: 256 random bits that are shown once; only their hash is stored and announced."""

import hashlib
import secrets

PREFIX = "shoal_"


def new_key() -> str:
    """Return a fresh key."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_key(key: str) -> str:
    """Return the SHA-256 of a key in hexadecimal. Keys are random, so a slow hash is unnecessary."""
    return hashlib.sha256(key.encode()).hexdigest()
