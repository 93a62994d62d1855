"""The adapters of providers, by configuration: one line per kind."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx

from shoal.http.checked_transport import open_client
from shoal.http.networks import Networks
from shoal_gateway.adapters.generic.client import CALL_S, VendorClient
from shoal_gateway.adapters.generic.mapping import TaskMedia
from shoal_gateway.adapters.generic.provider import GenericVendor
from shoal_gateway.adapters.inhouse import InHouseQueue
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.domain.routing import IN_HOUSE
from shoal_gateway.usecases.errors import ProviderRefused
from shoal_gateway.usecases.ports import Clock, Provider

GENERIC = "generic"


class Registry:
    """Caches one adapter per configuration; a changed configuration gets a new adapter.

    Every generic vendor has its own HTTP client. `networks`: the addresses at which vendors may be; `call_s`:
    the longest time of a call; `media`: the addresses of images that vendors get.
    """

    def __init__(
        self,
        pool: Any,
        public_url: str,
        clock: Clock,
        *,
        networks: Networks,
        media: TaskMedia,
        call_s: float = CALL_S,
    ) -> None:
        self._in_house = InHouseQueue(pool)
        self._clock = clock
        self._public_url = public_url.rstrip("/")
        self._networks = networks
        self._media = media
        self._call_s = call_s
        self._adapters: dict[tuple[str, str], tuple[ProviderConfig, Provider]] = {}
        self._clients: dict[tuple[str, str], httpx.AsyncClient] = {}
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

    async def aclose(self) -> None:
        """Close all connections to vendors."""
        for http in self._clients.values():
            await http.aclose()

    def _generic(self, config: ProviderConfig) -> Provider:
        if not config.base_url:
            raise ProviderRefused(f"provider {config.name!r} has no base_url", everything=True)
        if config.key not in self._clients:
            self._clients[config.key] = open_client(self._networks)
        http = self._clients[config.key]
        client = VendorClient(http, config.base_url, config.api_key, self._clock, call_s=self._call_s)
        return GenericVendor(client, config, self._callback_url(config), self._media)

    def _callback_url(self, config: ProviderConfig) -> str:
        return f"{self._public_url}/v1/webhooks/{quote(config.name)}?project={quote(config.project)}"
