"""The providers of projects, as the gateway announces them."""

import asyncio

from shoal.contracts.providers import IN_HOUSE, ProvidersChanged
from shoal.messaging import Received


class ProviderDirectory:
    """The configured providers of every project; the in-house queue is always one of them."""

    def __init__(self) -> None:
        self._latest: dict[str, ProvidersChanged] = {}
        self._change = asyncio.Event()

    def apply(self, received: Received[ProvidersChanged]) -> None:
        """Apply one event; order and repetition do not matter."""
        event = received.event
        present = self._latest.get(event.project)
        if present is not None and present.changed_at >= event.changed_at:
            return
        self._latest[event.project] = event
        self._change.set()
        self._change = asyncio.Event()

    def names(self, project: str) -> list[str]:
        """Return the project's providers, sorted."""
        event = self._latest.get(project)
        return sorted({IN_HOUSE, *(entry.name for entry in event.providers)} if event else {IN_HOUSE})

    async def has(self, project: str, name: str, wait_s: float) -> bool:
        """Return whether the project has the provider, which may be announced within `wait_s` seconds."""
        try:
            async with asyncio.timeout(wait_s):
                while name not in self.names(project):
                    await self._change.wait()
        except TimeoutError:
            return False
        return True
