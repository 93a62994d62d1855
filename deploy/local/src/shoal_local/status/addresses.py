"""Addresses of an installation, from the environment."""

import os
from dataclasses import dataclass

from shoal_local.exports import VARIABLES


@dataclass(frozen=True, slots=True)
class Address:
    """One service's addresses; an address is empty if no variable names it.

    url: the HTTP API; admin_url: health checks. variable: the first part of the variables' names.
    """

    service: str
    url: str
    admin_url: str
    variable: str

    @property
    def shown_url(self) -> str:
        """Return the address for people."""
        return self.url or self.admin_url


def service_addresses() -> list[Address]:
    """Return the addresses of the five services; the embedder has no HTTP API."""
    return [
        Address(name, _address_in(f"{variable}_URL"), _address_in(f"{variable}_ADMIN_URL"), variable)
        for name, variable in VARIABLES.items()
    ]


def _address_in(variable: str) -> str:
    return os.environ.get(variable, "").rstrip("/")
