"""Accepting inferences, without a broker."""

import json
from collections.abc import Collection, Mapping
from datetime import UTC, datetime

import ormsgpack
import pytest

from publishingkit import FakePublisher
from shoal.contracts.ids import sample_id
from shoal.messaging import PublishFailed
from shoal.security.directory import ProjectInfo
from shoal_ingest.usecases.accept import MOST_BYTES, Accepted, AcceptInferences
from shoal_ingest.usecases.bodies.inference import Inference
from shoal_ingest.usecases.bodies.items import Fault, parse_body
from shoal_ingest.usecases.media.samples import SampleImages
from shoal_ingest.usecases.media.sources import Sources

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
NO_IMAGES = SampleImages(None, None)  # type: ignore[arg-type]
"""Tests of texts reach neither the media store nor its ledger."""


class Projects:
    def get(self, project: str) -> ProjectInfo | None:
        return ProjectInfo(project, "") if project == "news" else None

    async def find(self, project: str) -> ProjectInfo | None:
        return self.get(project)


class Generations:
    def __init__(self) -> None:
        self.known: dict[tuple[str, str, str], int] = {}

    async def dimensions(
        self, proposed: Mapping[tuple[str, str, str], int]
    ) -> dict[tuple[str, str, str], int]:
        return {key: self.known.setdefault(key, size) for key, size in proposed.items()}


class SampleIds:
    """Ids as a set; `is_away` stands for PostgreSQL's outage."""

    def __init__(self) -> None:
        self.keys: set[tuple[str, str]] = set()
        self.digests: dict[tuple[str, str], bytes] = {}
        self.is_away = False

    async def claim(self, digests: Mapping[tuple[str, str], bytes]) -> Mapping[tuple[str, str], bytes] | None:
        if self.is_away:
            return None
        return {key: self.digests.setdefault(key, digest) for key, digest in digests.items()}

    async def confirm(self, keys: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        new = set(keys) - self.keys
        self.keys |= new
        return new

    async def among(self, project: str, sample_ids: Collection[str]) -> set[str]:
        return {sample_id for sample_id in sample_ids if (project, sample_id) in self.keys}


@pytest.fixture
def publisher() -> FakePublisher:
    return FakePublisher()


@pytest.fixture
def accept(publisher: FakePublisher) -> AcceptInferences:
    return AcceptInferences(
        projects=Projects(),
        generations=Generations(),
        sample_ids=SampleIds(),
        publisher=publisher,
        images=NO_IMAGES,
        sources=Sources(),
        clock=lambda: NOON,
    )


async def test_a_reference_without_a_vector_is_refused(
    accept: AcceptInferences, publisher: FakePublisher
) -> None:
    body = (
        b'{"project": "news", "source_id": "1", "content": {"uri": "s3://a/b.jpg", "media_type": "image/jpeg"}}\n'
        b'{"project": "news", "source_id": "2", "text": "hello"}'
    )
    bad, good = await accept(parse_body(body))
    assert isinstance(bad, Fault)
    assert (bad.reason, bad.field) == ("no_encoder", "content.uri")
    assert isinstance(good, Accepted)
    assert len(publisher.messages) == 1


async def test_what_is_accepted_is_published_under_its_stable_id(
    accept: AcceptInferences, publisher: FakePublisher
) -> None:
    body = b'{"project": "news", "source": "wire", "source_id": "7", "text": "hello"}'
    first, again = await accept(parse_body(body)), await accept(parse_body(body))
    assert first == [Accepted("news", sample_id("news", "wire", "7"), new=True)]
    assert again == [Accepted("news", sample_id("news", "wire", "7"), new=False)]
    ids = {dict(message.headers)["ce_id"] for message in publisher.messages}
    assert len(publisher.messages) == 2
    assert len(ids) == 1  # the same event, which consumers count once


@pytest.mark.parametrize(
    ("line", "reason", "field"),
    [
        (b'{"project": "nws", "source_id": "1", "text": "a"}', "unknown_project", "project"),
        (b'{"project": "news", "source_id": "1", "text": "a\\u0000b"}', "invalid", "text"),
        (b'{"project": "news", "source_id": "1", "text": "a", "group": "\\u0000"}', "invalid", "group"),
        (
            b'{"project": "news", "source_id": "1", "text": "a", "embedding": {"name": "\\u0000", "vector": [1]}}',
            "invalid",
            "embedding.name",
        ),
        (b'{"project": "news", "source_id": "1", "text": "' + b"x" * MOST_BYTES + b'"}', "too_large", "text"),
    ],
)
async def test_refusals_name_the_field_and_the_fix(
    accept: AcceptInferences, publisher: FakePublisher, line: bytes, reason: str, field: str
) -> None:
    good = b'{"project": "news", "source_id": "2", "text": "fine"}'
    bad, fine = await accept(parse_body(line + b"\n" + good))
    assert isinstance(bad, Fault)
    assert (bad.reason, bad.field) == (reason, field)
    assert bad.fix
    assert isinstance(fine, Accepted)
    assert len(publisher.messages) == 1


async def test_a_vector_of_another_dimension_than_the_first(accept: AcceptInferences) -> None:
    lines = [
        b'{"project": "news", "source_id": "1", "text": "a", "embedding": {"name": "e", "vector": [1, 2, 3]}}',
        b'{"project": "news", "source_id": "2", "text": "a", "embedding": {"name": "e", "vector": [1, 2]}}',
        b'{"project": "news", "source_id": "3", "text": "c", "embedding": {"name": "f", "vector": [2]}}',
    ]
    first, wrong, newer = await accept(parse_body(b"\n".join(lines)))
    assert isinstance(first, Accepted)
    assert isinstance(newer, Accepted)
    assert isinstance(wrong, Fault)
    assert wrong.reason == "wrong_dimension"
    assert "Send 3 numbers" in wrong.fix


async def test_a_key_of_another_project(accept: AcceptInferences) -> None:
    (refused,) = await accept(parse_body(b'{"project": "news", "source_id": "1", "text": "a"}'), only="other")
    assert isinstance(refused, Fault)
    assert refused.reason == "forbidden_project"


async def test_nothing_is_accepted_that_kafka_did_not_acknowledge(
    accept: AcceptInferences, publisher: FakePublisher
) -> None:
    publisher.failure = PublishFailed("no broker")
    with pytest.raises(PublishFailed):
        await accept(parse_body(b'{"project": "news", "source_id": "1", "text": "a"}'))


def test_an_item_keeps_what_it_says() -> None:
    (item,) = parse_body(
        b'{"project": "news", "source_id": "1", "content": {"uri": "s3://b/k"}, "tags": {"a": "b"}}'
    )
    assert isinstance(item, Inference)
    assert item.datum().uri == "s3://b/k"


async def test_the_first_inference_of_a_sample_is_new_and_the_others_are_repeated(
    accept: AcceptInferences,
) -> None:
    lines = [b'{"project": "news", "source_id": "%d", "text": "a"}' % number for number in (1, 2, 1, 3, 2)]
    results = await accept(parse_body(b"\n".join(lines)))
    assert [result.new for result in results if isinstance(result, Accepted)] == [
        True,
        True,
        False,
        True,
        False,
    ]


async def test_what_kafka_did_not_acknowledge_is_new_when_it_is_sent_again(
    accept: AcceptInferences, publisher: FakePublisher
) -> None:
    body = b'{"project": "news", "source_id": "7", "text": "hello"}'
    publisher.failure = PublishFailed("away")
    with pytest.raises(PublishFailed):
        await accept(parse_body(body))
    publisher.failure = None
    (result,) = await accept(parse_body(body))
    assert isinstance(result, Accepted)
    assert result.new


def inference(text: str, source_id: str = "7", **fields: object) -> bytes:
    return json.dumps({"project": "news", "source_id": source_id, "text": text, **fields}).encode()


@pytest.mark.parametrize("requests", [1, 2])
async def test_the_first_content_of_a_source_id_stands(
    accept: AcceptInferences, publisher: FakePublisher, requests: int
) -> None:
    lines = [inference("wheat"), inference("ships"), inference("wheat"), inference("ships", "8")]
    bodies = [b"\n".join(lines)] if requests == 1 else lines
    results = [result for body in bodies for result in await accept(parse_body(body))]
    first, other, again, own = results
    assert isinstance(other, Fault)
    assert (other.reason, other.field) == ("other_content", "text")
    assert "'7'" in other.detail
    assert isinstance(first, Accepted)
    assert isinstance(again, Accepted)
    assert isinstance(own, Accepted)
    assert (first.new, again.new, own.new) == (True, False, True)
    texts = [ormsgpack.unpackb(message.value)["content"]["text"] for message in publisher.messages]
    assert texts == ["wheat", "wheat", "ships"]


@pytest.mark.parametrize(
    "fields",
    [
        {"prediction": {"model": "m", "version": "2"}},
        {"embedding": {"name": "e", "vector": [1, 2]}},
        {"tags": {"a": "b"}},
        {"occurred_at": "2026-01-31T12:00:00Z"},
    ],
    ids=str,
)
async def test_other_fields_of_the_same_content_are_a_repeated_sample(
    accept: AcceptInferences, fields: dict[str, object]
) -> None:
    await accept(parse_body(inference("wheat")))
    (result,) = await accept(parse_body(inference("wheat", **fields)))
    assert isinstance(result, Accepted)
    assert not result.new


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"text": "a"}, {"text": "A"}),
        ({"text": "a"}, {"text": "a "}),
        ({"text": "b"}, {"uri": "s3://b/a"}),
        ({"uri": "s3://b/a"}, {"uri": "s3://b/b"}),
        ({"uri": "s3://b/a"}, {"uri": "s3://b/a", "sha256": "0" * 64}),
        ({"text": "a", "media_type": "text/html"}, {"text": "a"}),
        ({"text": "a", "uri": "b"}, {"text": "ab"}),
        ({"text": "s3://b/a"}, {"uri": "s3://b/a"}),
    ],
    ids=str,
)
async def test_contents_that_differ(
    accept: AcceptInferences, first: dict[str, str], second: dict[str, str]
) -> None:
    vector = {"name": "e", "vector": [1]}
    lines = [
        json.dumps({"project": "news", "source_id": "7", "content": content, "embedding": vector})
        for content in (first, second, first)
    ]
    results = await accept(parse_body("\n".join(lines).encode()))
    assert [isinstance(result, Accepted) for result in results] == [True, False, True]


async def test_while_postgresql_is_away_samples_are_accepted_and_none_is_repeated(
    publisher: FakePublisher,
) -> None:
    sample_ids = SampleIds()
    sample_ids.is_away = True
    accept = AcceptInferences(
        projects=Projects(),
        generations=Generations(),
        sample_ids=sample_ids,
        publisher=publisher,
        images=NO_IMAGES,
        sources=Sources(),
        clock=lambda: NOON,
    )
    for _ in range(2):
        (result,) = await accept(parse_body(inference("wheat")))
        assert isinstance(result, Accepted)
        assert result.new
