"""Accepting inferences, without a broker."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime

import pytest

from publishingkit import FakePublisher
from shoal.contracts.ids import sample_id
from shoal.messaging import PublishFailed
from shoal_ingest.usecases.accept import MOST_BYTES, Accepted, AcceptInferences
from shoal_ingest.usecases.inference import Inference
from shoal_ingest.usecases.items import Fault, parse_body

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


class Projects:
    def get(self, project: str) -> object | None:
        return project if project == "news" else None

    async def find(self, project: str) -> object | None:
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
        self.is_away = False

    async def add(self, keys: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
        if self.is_away:
            return set(keys)
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
    assert (bad.reason, bad.field) == ("no_encoder", "embedding")
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
        b'{"project": "news", "source_id": "3", "text": "", "embedding": {"name": "e", "version": "2", "vector": [2]}}',
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
