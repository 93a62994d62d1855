"""Erase samples in every service."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shoal.contracts.ids import stable_id
from shoal.contracts.samples import SampleErased
from shoal.contracts.topics import SAMPLES_ERASED
from shoal.messaging import OutgoingMessage, encode
from shoal_ingest.usecases.accept import SOURCE
from shoal_ingest.usecases.ports import Erasures, SampleIds


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure that is announced. new: False if the sample was erased before.

    ingested: False if no inference of the sample is on record, so that its id is probably wrong.
    """

    sample_id: str
    new: bool
    ingested: bool


class EraseSamples:
    """Stores erasures and their events in one transaction."""

    def __init__(self, erasures: Erasures, sample_ids: SampleIds, clock: Callable[[], datetime]) -> None:
        self._erasures = erasures
        self._sample_ids = sample_ids
        self._clock = clock

    async def __call__(self, project: str, samples: Sequence[str], reason: str) -> list[Erasure]:
        """Erase samples, in order; return one erasure for each.

        A sample without a record is erased as well: it may have been sent while ingest could not record it.
        """
        now = self._clock()
        events = [
            SampleErased(project=project, sample_id=sample, reason=reason, erased_at=now)
            for sample in dict.fromkeys(samples)
        ]
        ingested = await self._sample_ids.among(project, samples)
        new = await self._erasures.add(events, [erasure_message(event) for event in events])
        return [Erasure(sample, sample in new, sample in ingested) for sample in samples]


def erasure_message(event: SampleErased) -> OutgoingMessage:
    """Return the message about an erasure."""
    event_id = stable_id("sample.erased", event.project, event.sample_id)
    return encode(SAMPLES_ERASED, event, event_id=event_id, source=SOURCE, time=event.erased_at)
