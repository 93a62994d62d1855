"""From a request and its response to samples, one for each instance."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from shoal.contracts.ids import sample_id, stable_id
from shoal.contracts.samples import Content, InferenceHalf, Prediction, SampleIngested
from shoal.contracts.topics import SAMPLES_INGESTED
from shoal.messaging import OutgoingMessage, encode
from shoal_ingest.domain import kserve
from shoal_ingest.usecases.accept import MOST_BYTES, SOURCE, event_id
from shoal_ingest.usecases.contents import (
    OTHER_CONTENT,
    OTHER_CONTENT_FIX,
    content_digest,
    other_content_detail,
)
from shoal_ingest.usecases.ports import Pair, SampleKey

LONGEST_ID = 200
MOST_NAMED = 3  # faults in a detail
MOST_DETAIL = 900


T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class PairResult:
    """The samples of a pair and their messages. fault: why instances have none; "" if all have one."""

    pair: Pair
    samples: Sequence[SampleIngested] = ()
    messages: Sequence[OutgoingMessage] = ()
    fault: str
    reason: str = "payload_unreadable"

    def without_others(self, standing: Mapping[SampleKey, bytes]) -> "PairResult":
        """Return the pair without samples whose content is not the one that stands for their id."""
        good, faults = [], [self.fault] if self.fault else []
        for sample, message in zip(self.samples, self.messages, strict=True):
            if content_digest(sample) == standing[sample.project, sample.sample_id]:
                good.append((sample, message))
            else:
                faults.append(f"{other_content_detail(sample)}. {OTHER_CONTENT_FIX}")
        if len(good) == len(self.samples):
            return self
        return PairResult(
            pair=self.pair,
            samples=[sample for sample, _ in good],
            messages=[message for _, message in good],
            fault=_shorten_text("; ".join(faults[:MOST_NAMED])),
            reason=OTHER_CONTENT,
        )


def read_pairs(pairs: Sequence[Pair], now: datetime) -> list[PairResult]:
    """Return what every pair holds. A bad pair or instance costs no other."""
    return [_read_pair(pair, now) for pair in pairs]


def _read_pair(pair: Pair, now: datetime) -> PairResult:
    try:
        request = kserve.read_request(kserve.parse_body(pair.request.payload, "request"))
        response = kserve.read_response(kserve.parse_body(pair.response.payload, "response"), request)
    except kserve.BadPayload as error:
        return PairResult(pair=pair, fault=_shorten_text(str(error)))
    except RecursionError:
        return PairResult(pair=pair, fault="the payloads are nested too deeply: send flat lists")
    samples, messages, faults = [], [], []
    ids = _source_ids(pair.request.correlation_id, len(request.texts))
    for source_id, text, answer in zip(ids, request.texts, response.answers, strict=True):
        try:
            sample = _instance_sample(
                pair.request,
                source_id=source_id,
                text=_good_pairs(text),
                answer=_good_pairs(answer),
                response=response,
                now=now,
            )
            message = encode(SAMPLES_INGESTED, sample, event_id=event_id(sample), source=SOURCE, time=now)
            if len(message.value) > MOST_BYTES:
                raise kserve.BadPayload(
                    f"instance {source_id[-40:]} has {len(message.value)} bytes: send at most {MOST_BYTES}"
                )
        except ValueError as error:  # BadPayload, or the contract's refusal
            faults.append(str(error))
        else:
            samples.append(sample)
            messages.append(message)
    return PairResult(
        pair=pair, samples=samples, messages=messages, fault=_summary_of(faults, len(request.texts))
    )


def _good_pairs(part: T | kserve.BadPayload) -> T:
    if isinstance(part, kserve.BadPayload):
        raise part
    return part


def _instance_sample(
    request: InferenceHalf,
    *,
    source_id: str,
    text: str,
    answer: kserve.Answer,
    response: kserve.Response,
    now: datetime,
) -> SampleIngested:
    source = _source_of(request)
    return SampleIngested(
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


def _source_ids(correlation_id: str, count: int) -> list[str]:
    """Return the id of every instance: the correlation id, and the index if there are several."""
    if count == 1:
        return [correlation_id]
    ids = [f"{correlation_id}:{index}" for index in range(count)]
    if len(ids[-1]) <= LONGEST_ID:
        return ids
    short = stable_id("inference.correlation", correlation_id)
    return [f"{short}:{index}" for index in range(count)]


def _source_of(half: InferenceHalf) -> str:
    """Return the serving system's name as a valid source."""
    return re.sub(r"[^a-z0-9._-]+", "-", (half.model or half.dialect).lower()).strip("-._")[:128] or "kserve"


def _summary_of(faults: Sequence[str], count: int) -> str:
    if not faults:
        return ""
    head = "; ".join(faults[:MOST_NAMED])
    if count == 1:
        return _shorten_text(head)
    return _shorten_text(f"{len(faults)} of {count} instances are refused: {head}")


def _shorten_text(text: str) -> str:
    text = text.encode("utf-8", "backslashreplace").decode()  # a detail becomes a header of Kafka
    return text if len(text) <= MOST_DETAIL else f"{text[:MOST_DETAIL]}..."
