"""Find a stored image."""

from shoal_ingest.usecases.media.ports import MediaFacts, MediaLedger


class FindMedia:
    """Looks images up in the ledger."""

    def __init__(self, ledger: MediaLedger) -> None:
        self._ledger = ledger

    async def __call__(self, project: str, sha256: str) -> MediaFacts | None:
        """Return what an image of the project is; None if it is not stored."""
        return (await self._ledger.facts([(project, sha256)])).get((project, sha256))
