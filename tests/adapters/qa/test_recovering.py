"""qa was restored to an earlier moment: labels, votes, reviews and requests come back from Kafka."""

from collections.abc import Sequence
from typing import Any

import pytest

from adapters.qa.qakit import LABELS, NOON, STATES, Qa, job, review, vote
from pastkit import FakeHistory, go_back, remember
from shoal.contracts.answers import ClassAnswer
from shoal.contracts.samples import SampleErased
from shoal.contracts.topics import LABELING_JOBS, LABELS_SUBMITTED, SAMPLES_ERASED
from shoal.persistence.recovering import recover_pool
from shoal_qa.adapters.postgres.guidelines import PostgresGuidelines, PostgresRules
from shoal_qa.recovering import RECOVERED, recover_tables
from shoal_qa.usecases.erase import EraseSamples
from shoal_qa.usecases.ports import ReceivedAnnotation
from shoal_qa.usecases.review import DecideReview
from shoal_qa.usecases.rules import Rule

pytestmark = pytest.mark.servers
VOTES = """
SELECT provider, annotation_id, revision, job_id, annotator, label, purpose FROM annotations
WHERE provider <> 'qa' ORDER BY 1, 2, 3
"""
DECIDED = "SELECT job_id, decided, revision FROM jobs ORDER BY 1"
EVIDENCE = """
SELECT job_id, revision, probability, reason, accepted_at, evidence ->> 'method', evidence ->> 'votes',
       evidence ->> 'reviewed_by', coalesce(evidence -> 'annotation_ids', '[]'), coalesce(evidence -> 'posterior', '{}')
FROM labels ORDER BY 1, 2
"""
GUIDELINES = """
SELECT major, minor, document ->> 'title', jsonb_path_query_array(document, '$.label_schema.classes[*].name')
FROM guidelines ORDER BY 1, 2
"""
STATE = (LABELS, STATES, VOTES, DECIDED, EVIDENCE, GUIDELINES)


async def take_in(qa: Qa, history: FakeHistory, votes: Sequence[ReceivedAnnotation]) -> None:
    """Take in votes that are on the topic, one by one, as if they came slowly."""
    history.add(LABELS_SUBMITTED, [received.event for received in votes])
    for received in votes:
        assert not await qa.annotations([received])


async def later_work(qa: Qa, history: FakeHistory) -> None:
    """Accept, revise, withdraw, close, review and erase; publish a guideline."""
    jobs = [job(number) for number in range(1, 7)]
    history.add(LABELING_JOBS, jobs)
    await qa.jobs(jobs)
    accepted = [vote(number, name, "x") for number in (1, 2, 3) for name in "ab"]
    await take_in(qa, history, accepted)
    await take_in(qa, history, [vote(2, name, "y", revision=2) for name in "ab"])
    await take_in(qa, history, [vote(3, "a", None, revision=2)])
    await take_in(qa, history, [vote(4, "a", "x"), vote(4, "b", "y"), vote(4, "c", "y")])
    await take_in(qa, history, [vote(5, "a", "x"), review(5, "y", 9)])
    decide = DecideReview(qa.database, qa.evaluate, lambda: NOON)
    await decide("news", "j1", ClassAnswer(label="y"), "dr. grain")
    erased = SampleErased(project="news", sample_id="s2", reason="asked", erased_at=NOON)
    history.add(SAMPLES_ERASED, [erased])
    await EraseSamples(qa.database, lambda: NOON)([erased])
    schema = {"kind": "single_choice", "classes": [{"name": name} for name in "xyz"]}
    await PostgresGuidelines(qa.pool).publish(
        "news", {"title": "2", "text": "", "label_schema": schema}, NOON
    )


async def read_again(qa: Qa, history: FakeHistory) -> None:
    """Let the rewound group read its topics again, in batches."""
    async for batch in history.read(LABELING_JOBS):
        await qa.jobs([record.event for record in batch])
    async for batch in history.read(LABELS_SUBMITTED):
        await qa.annotations([ReceivedAnnotation(record.event, "0/0") for record in batch])


async def present_state(qa: Qa) -> list[list[tuple[Any, ...]]]:
    return [await qa.rows(sql) for sql in STATE]


async def test_labels_votes_and_requests_come_back(qa: Qa) -> None:
    history = FakeHistory()
    history.add(LABELING_JOBS, [job(0)])
    await qa.jobs([job(0)])
    await take_in(qa, history, [vote(0, "a", "x")])
    await history.add_announced(qa.pool)
    await remember(qa.pool)
    await take_in(qa, history, [vote(0, "b", "x")])
    await later_work(qa, history)
    await history.add_announced(qa.pool)
    before = await present_state(qa)
    await go_back(qa.pool)
    counts = await recover_tables(qa.pool, history)
    assert counts["labels"] > 5
    assert await present_state(qa) == before
    assert (await recover_tables(qa.pool, history))["labels"] == 0
    await read_again(qa, history)
    assert await present_state(qa) == before
    assert await qa.rows("SELECT topic FROM outbox") == []


async def test_what_kafka_has_is_not_announced_again(qa: Qa) -> None:
    """An earlier revision after a later one would be what compaction keeps."""
    history = FakeHistory()
    history.add(LABELING_JOBS, [job(1), job(2)])
    await qa.jobs([job(1), job(2)])
    await take_in(qa, history, [vote(1, name, "x") for name in "ab"])
    await remember(qa.pool)  # the first label waits in the outbox
    await history.add_announced(qa.pool)
    await take_in(qa, history, [vote(1, name, "y", revision=2) for name in "ab"])
    await history.add_announced(qa.pool)
    await go_back(qa.pool)
    counts = await recover_pool(qa.pool, RECOVERED, history)
    assert counts["messages that Kafka has"] > 0
    assert await qa.rows("SELECT topic FROM outbox WHERE topic = 'labels.accepted'") == []


async def test_rounds_and_revisions_go_on_after_those_that_others_know(qa: Qa) -> None:
    history = FakeHistory()
    history.add(LABELING_JOBS, [job(1)])
    await remember(qa.pool)
    await qa.jobs([job(1)])
    await take_in(qa, history, [vote(1, "a", "x"), vote(1, "b", "y")])  # a third vote is requested
    await history.add_announced(qa.pool)
    ((_, _, _, wanted, round_),) = await qa.rows(STATES)
    assert (wanted, round_) == (3, 1)
    await go_back(qa.pool)
    await PostgresRules(qa.pool).put("news", Rule(model="majority", max_votes=2, exhausted="review"), NOON)
    await recover_tables(qa.pool, history)
    await read_again(qa, history)
    assert await qa.rows(STATES) == [("j1", "open", None, 3, 1)]  # the gateway asks for the third vote
    await qa.annotations([vote(1, "c", "x")])
    ((_, _, _, _, later),) = await qa.rows(STATES)
    assert later in (1, 2)
    assert await qa.rows("SELECT job_id FROM jobs WHERE state = 'open'") == []
