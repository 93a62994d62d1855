"""API keys: 256 random bits that are shown once; only their hash is stored and announced."""

import hashlib
import secrets

PREFIX = "shoal_"
_RANDOM_BYTES = 32
_LENGTH = len(PREFIX) + len(secrets.token_urlsafe(_RANDOM_BYTES))


def new_key() -> str:
    """Return a fresh key."""
    return PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)


def is_key(text: str) -> bool:
    """Return whether a text has the form of a key."""
    return text.startswith(PREFIX) and len(text) == _LENGTH


def hash_key(key: str) -> str:
    """Return the SHA-256 of a key in hexadecimal. Keys are random, so a slow hash is unnecessary."""
    return hashlib.sha256(key.encode()).hexdigest()
