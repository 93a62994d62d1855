"""Remove images that no sample uses."""

from collections.abc import Callable
from datetime import datetime

from shoal.media.store import MediaStore
from shoal_ingest import metrics
from shoal_ingest.usecases.media.ports import MediaLedger


class RemoveMedia:
    """A loop's step. When it is killed between file and row, the next pass removes the row."""

    def __init__(self, ledger: MediaLedger, store: MediaStore, clock: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._store = store
        self._clock = clock

    async def __call__(self) -> int:
        """Remove one image whose time is over; return how many went."""
        async with self._ledger.unused(self._clock()) as key:
            if key is None:
                return 0
            await self._store.remove(*key)
        metrics.MEDIA.labels(key[0], "removed").inc()
        return 1
