"""Join requests with their responses, in any order and with repetitions."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson

from shoal.contracts.ids import sample_id
from shoal.contracts.samples import Content, InferenceHalf, Prediction, SampleIngested
from shoal.contracts.topics import SAMPLES_INGESTED
from shoal.messaging import OutgoingMessage, Publisher, RejectedItem, encode
from shoal.observability import metrics
from shoal_ingest.domain import kserve
from shoal_ingest.usecases.accept import MOST_BYTES, SOURCE, event_id
from shoal_ingest.usecases.ports import Halves, Pair, SampleIds


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

        A rejection refers to the half that completed its pair.
        """
        await self._halves.add(halves)
        last = {key_of(half): index for index, half in enumerate(halves)}
        pairs = await self._halves.pairs(set(last))
        messages: list[OutgoingMessage] = []
        samples: list[SampleIngested] = []
        rejected: list[RejectedItem] = []
        for pair in pairs:
            try:
                events, encoded = _pair_messages(pair, self._clock())
                samples += events
                messages += encoded
            except kserve.BadPayload as error:
                rejected.append(RejectedItem(last[key_of(pair.request)], "payload_unreadable", str(error)))
        await self._publisher.publish(messages)
        await self._sample_ids.add({(sample.project, sample.sample_id) for sample in samples})
        await self._halves.joined(pairs)
        return rejected

    async def expire(self) -> int:
        """Delete halves that waited longer than the window; return how many were never joined."""
        alone = await self._halves.expire(self._clock() - self._window)
        metrics.HALVES_ALONE.inc(alone)
        return alone


def key_of(half: InferenceHalf) -> tuple[str, str, str]:
    """Return the key that the two halves of an inference share."""
    return half.project, half.source, half.correlation_id


def pair_samples(pair: Pair, now: datetime) -> list[SampleIngested]:
    """Return the samples of a pair, one per instance. Raises kserve.BadPayload."""
    texts = kserve.request_texts(_parse_payload(pair.request))
    response = kserve.response_answers(_parse_payload(pair.response))
    if len(texts) != len(response.answers):
        raise kserve.BadPayload(
            f"{len(texts)} instances in the request, {len(response.answers)} in the response"
        )
    request, source = pair.request, _source_of(pair.request)
    ids = [request.correlation_id] if len(texts) == 1 else _instance_ids(request.correlation_id, len(texts))
    return [
        SampleIngested(
            project=request.project,
            sample_id=sample_id(request.project, source, source_id),
            source=source,
            source_id=source_id,
            content=Content(text=text),
            prediction=Prediction(
                model=response.model or request.model or source,
                version=response.version,
                label=answer.label,
                scores=dict(answer.scores),
                endpoint=request.endpoint,
            ),
            occurred_at=request.occurred_at,
            received_at=now,
        )
        for source_id, text, answer in zip(ids, texts, response.answers, strict=True)
    ]


def _pair_messages(pair: Pair, now: datetime) -> tuple[list[SampleIngested], list[OutgoingMessage]]:
    try:
        events = pair_samples(pair, now)
    except ValueError as error:  # BadPayload, or the contract's refusal of, for example, an empty label
        raise kserve.BadPayload(str(error)) from error
    messages = [
        encode(SAMPLES_INGESTED, event, event_id=event_id(event), source=SOURCE, time=now) for event in events
    ]
    if any(len(message.value) > MOST_BYTES for message in messages):
        raise kserve.BadPayload(f"an instance has more than {MOST_BYTES} bytes: send shorter texts")
    return events, messages


def _parse_payload(half: InferenceHalf) -> Any:
    try:
        return orjson.loads(half.payload)
    except ValueError as error:
        raise kserve.BadPayload(f"the {half.half} is not JSON: {error}") from error


def _instance_ids(correlation_id: str, count: int) -> list[str]:
    return [f"{correlation_id}:{index}" for index in range(count)]


def _source_of(half: InferenceHalf) -> str:
    """Return the serving system's name as a valid source."""
    return re.sub(r"[^a-z0-9._-]+", "-", (half.model or half.dialect).lower()).strip("-._")[:128] or "kserve"
