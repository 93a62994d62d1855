"""The adapters of providers, by configuration: one line per kind."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx

from shoal_gateway.adapters.generic.client import VendorClient
from shoal_gateway.adapters.generic.provider import GenericVendor
from shoal_gateway.adapters.inhouse import InHouseQueue
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.domain.routing import IN_HOUSE
from shoal_gateway.usecases.errors import ProviderRefused
from shoal_gateway.usecases.ports import Clock, Provider

GENERIC = "generic"


class Registry:
    """Caches one adapter per configuration; a changed configuration gets a new adapter."""

    def __init__(self, pool: Any, http: httpx.AsyncClient, public_url: str, clock: Clock) -> None:
        self._in_house = InHouseQueue(pool)
        self._http = http
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self._adapters: dict[tuple[str, str], tuple[ProviderConfig, Provider]] = {}
        self._kinds: dict[str, Callable[[ProviderConfig], Provider]] = {
            IN_HOUSE: lambda _: self._in_house,
            GENERIC: self._generic,
        }

    def of(self, config: ProviderConfig) -> Provider:
        """Return the adapter for a configuration. Raises ProviderRefused if it cannot be used."""
        cached = self._adapters.get(config.key)
        if cached is not None and cached[0] == config:
            return cached[1]
        if config.kind not in self._kinds:
            raise ProviderRefused(f"no adapter for providers of kind {config.kind!r}", everything=True)
        adapter = self._kinds[config.kind](config)
        self._adapters[config.key] = (config, adapter)
        return adapter

    def _generic(self, config: ProviderConfig) -> Provider:
        if not config.base_url:
            raise ProviderRefused(f"provider {config.name!r} has no base_url", everything=True)
        client = VendorClient(self._http, config.base_url, config.api_key, self._clock)
        return GenericVendor(client, config, self._callback_url(config))

    def _callback_url(self, config: ProviderConfig) -> str:
        return f"{self._public_url}/v1/webhooks/{quote(config.name)}?project={quote(config.project)}"
