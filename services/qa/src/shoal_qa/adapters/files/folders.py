"""Folders at addresses of fsspec."""

from collections.abc import Iterator
from contextlib import contextmanager
from errno import EIO, ENOENT
from typing import Any

import fsspec

from shoal.files.errors import BadInput

_BUCKETS = frozenset({"s3", "s3a", "gs", "gcs", "az", "abfs", "abfss", "adl"})
"""Schemes of object storage. Its buckets are not made here: a mistyped address would get one of its own."""


def open_folder(address: str) -> tuple[Any, str]:
    """Return the storage of an address, as it is now, and the path there. Raises BadInput."""
    try:
        files, path = fsspec.core.url_to_fs(address, use_listings_cache=False)
    except (ValueError, ImportError) as error:
        raise BadInput(f"{address}: {error}") from None
    return files, str(path).rstrip("/")


def make_folder(files: Any, path: str) -> None:
    """Make a folder where a storage has folders."""
    protocol = files.protocol
    if _BUCKETS.isdisjoint((protocol,) if isinstance(protocol, str) else protocol):
        files.makedirs(path, exist_ok=True)


def storage_error(error: Exception, address: str) -> OSError:
    """Return an error of a storage as OSError with its address, whatever the storage's package raised."""
    if isinstance(error, OSError) and (error.filename or type(error) is not OSError):
        return error
    reason = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
    return OSError(getattr(error, "errno", None) or EIO, reason, address)


def write_error(error: Exception, address: str) -> OSError:
    """Return an error of writing as OSError with its address: a missing object means a missing bucket."""
    named = storage_error(error, address)
    scheme, _, path = address.partition("://")
    if not isinstance(named, FileNotFoundError) or scheme not in _BUCKETS:
        return named
    bucket = path.partition("/")[0]
    return FileNotFoundError(ENOENT, f"bucket {bucket!r} not found; check the address, or create it", address)


@contextmanager
def write_errors(address: str) -> Iterator[None]:
    """Raise errors of writing as OSError with their address."""
    try:
        yield
    except Exception as error:
        raise write_error(error, address) from error


@contextmanager
def named_errors(address: str) -> Iterator[None]:
    """Raise errors of a storage as OSError with its address."""
    try:
        yield
    except Exception as error:
        raise storage_error(error, address) from error
