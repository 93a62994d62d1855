"""Folders at addresses of fsspec."""

from collections.abc import Iterator
from contextlib import contextmanager
from errno import EIO
from typing import Any

import fsspec

from shoal.files.errors import BadInput


def open_folder(address: str) -> tuple[Any, str]:
    """Return the storage of an address, as it is now, and the path there. Raises BadInput."""
    try:
        files, path = fsspec.core.url_to_fs(address, use_listings_cache=False)
    except (ValueError, ImportError) as error:
        raise BadInput(f"{address}: {error}") from None
    return files, str(path).rstrip("/")


def storage_error(error: Exception, address: str) -> OSError:
    """Return an error of a storage as OSError with its address, whatever the storage's package raised."""
    if isinstance(error, OSError) and (error.filename or type(error) is not OSError):
        return error
    reason = getattr(error, "strerror", None) or f"{type(error).__name__}: {error}"
    return OSError(getattr(error, "errno", None) or EIO, reason, address)


@contextmanager
def named_errors(address: str) -> Iterator[None]:
    """Raise errors of a storage as OSError with its address."""
    try:
        yield
    except Exception as error:
        raise storage_error(error, address) from error
