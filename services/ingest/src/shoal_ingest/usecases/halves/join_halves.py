"""Join requests with their responses, in any order and with repetitions."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from shoal.contracts.samples import InferenceHalf, SampleIngested
from shoal.messaging import Publisher, RejectedItem
from shoal_ingest import metrics
from shoal_ingest.usecases.contents import content_digest, standing_contents
from shoal_ingest.usecases.counting import Outcome, count_inferences, note_delays
from shoal_ingest.usecases.halves.pair_samples import PairResult, read_pairs
from shoal_ingest.usecases.ports import Halves, SampleIds, SampleKey


class JoinHalves:
    """Joins halves. A pair's samples are published before its halves are deleted; a crash repeats them."""

    def __init__(
        self,
        *,
        halves: Halves,
        sample_ids: SampleIds,
        publisher: Publisher,
        clock: Callable[[], datetime],
        window: timedelta,
    ) -> None:
        self._halves = halves
        self._sample_ids = sample_ids
        self._publisher = publisher
        self._clock = clock
        self._window = window

    async def __call__(self, halves: Sequence[InferenceHalf]) -> list[RejectedItem]:
        """Store halves and publish the samples of complete pairs; return rejections of pairs without samples.

        A rejection refers to the half that completed its pair. Both halves of a refused pair stay for the
        window: one that arrives again, replayed or corrected, replaces its predecessor and is joined.
        """
        rejected: list[RejectedItem] = []
        for group in _split_repeated(halves):
            rejected += await self._join(group)
        return rejected

    async def _join(self, halves: Sequence[tuple[int, InferenceHalf]]) -> list[RejectedItem]:
        await self._halves.add([half for _, half in halves])
        last = {key_of(half): index for index, half in halves}
        pairs = await self._halves.pairs(set(last))
        results = await asyncio.to_thread(read_pairs, pairs, self._clock()) if pairs else []
        results = await self._publish(results)
        await self._halves.joined([result.pair for result in results if not result.fault])
        await self._halves.refused([result.pair for result in results if result.fault])
        return [
            RejectedItem(last[key_of(result.pair.request)], result.reason, result.fault)
            for result in results
            if result.fault
        ]

    async def _publish(self, results: Sequence[PairResult]) -> list[PairResult]:
        """Publish samples; return the results without the samples whose ids have another content."""
        samples = [sample for result in results for sample in result.samples]
        proposed = [(_sample_key(sample), content_digest(sample)) for sample in samples]
        standing, on_record = await standing_contents(self._sample_ids, proposed)
        results = [result.without_others(standing) for result in results]
        await self._publisher.publish([message for result in results for message in result.messages])
        samples = [sample for result in results for sample in result.samples]
        keys = {_sample_key(sample) for sample in samples}
        new = await self._sample_ids.confirm(keys) if on_record else keys
        count_inferences("kserve", _outcomes_of(results, set(new)))
        note_delays(samples)
        return results

    async def expire(self) -> int:
        """Delete halves that waited longer than the window; return how many were never joined."""
        alone = await self._halves.expire(self._clock() - self._window)
        metrics.HALVES_ALONE.inc(alone)
        return alone


def key_of(half: InferenceHalf) -> tuple[str, str, str]:
    """Return the key that the two halves of an inference share."""
    return half.project, half.source, half.correlation_id


def _outcomes_of(results: Sequence[PairResult], new: set[SampleKey]) -> Iterator[Outcome]:
    """Yield project and result of each sample, and of each refused pair. Removes samples from `new`."""
    for result in results:
        if result.fault:
            yield result.pair.request.project, result.reason
        for sample in result.samples:
            yield sample.project, "accepted" if _sample_key(sample) in new else "repeated"
            new.discard(_sample_key(sample))


def _sample_key(sample: SampleIngested) -> SampleKey:
    return sample.project, sample.sample_id


def _split_repeated(halves: Sequence[InferenceHalf]) -> list[list[tuple[int, InferenceHalf]]]:
    """Return the halves with their indexes in groups; a half that is repeated is in a later group."""
    groups: list[list[tuple[int, InferenceHalf]]] = []
    repeats: dict[tuple[str, str, str, str], int] = {}
    for index, half in enumerate(halves):
        key = (*key_of(half), half.half)
        number = repeats[key] = repeats.get(key, -1) + 1
        if number == len(groups):
            groups.append([])
        groups[number].append((index, half))
    return groups
