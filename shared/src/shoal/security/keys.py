"""API keys: 256 random bits that a person sees once; only their hash is kept and announced."""

import hashlib
import secrets

PREFIX = "shoal_"


def new_key() -> str:
    """Return a fresh key."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_key(key: str) -> str:
    """Return the SHA-256 of a key in hexadecimal. A key is random, so that no slow hash is needed."""
    return hashlib.sha256(key.encode()).hexdigest()
