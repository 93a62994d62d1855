"""Erase a sample in every service."""

from collections.abc import Callable
from datetime import datetime

from shoal.contracts.ids import stable_id
from shoal.contracts.samples import SampleErased
from shoal.contracts.topics import SAMPLES_ERASED
from shoal.messaging import encode
from shoal_ingest.usecases.accept import SOURCE
from shoal_ingest.usecases.ports import Erasures


class EraseSample:
    """Stores the erasure and its event in one transaction."""

    def __init__(self, erasures: Erasures, clock: Callable[[], datetime]) -> None:
        self._erasures = erasures
        self._clock = clock

    async def __call__(self, project: str, sample: str, reason: str) -> bool:
        """Erase a sample; return False if it was erased before."""
        now = self._clock()
        event = SampleErased(project=project, sample_id=sample, reason=reason, erased_at=now)
        event_id = stable_id("sample.erased", project, sample)
        message = encode(SAMPLES_ERASED, event, event_id=event_id, source=SOURCE, time=now)
        return await self._erasures.add(event, message)
