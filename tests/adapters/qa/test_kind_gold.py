"""Gold items of every kind on a real PostgreSQL: answers are right within the tolerance."""

import pytest

from adapters.qa.kindkit import ADAPTER, CLASSES, KINDS, begin, every_kind, job, vote
from adapters.qa.qakit import NOON, Qa
from shoal.contracts.labels import LabelingJob
from shoal.runtime.refusal import Refused
from shoal.samples import SampleFields
from shoal_qa.adapters.postgres.guidelines import PostgresGuidelines
from shoal_qa.usecases.gold import AddGold, GoldItem
from shoal_qa.usecases.ports import ReceivedAnnotation

pytestmark = pytest.mark.kafka


@every_kind
async def test_gold_measures_annotators_within_the_tolerance(qa: Qa, kind: str) -> None:
    await begin(qa, kind)
    _, content, one, other, apart, wrong = KINDS[kind]
    add = AddGold(qa.database, PostgresGuidelines(qa.pool), lambda: NOON)
    with pytest.raises(Refused):
        await add("news", [GoldItem(content, ADAPTER.validate_python(wrong), SampleFields())], 3)
    await add("news", [GoldItem(content, ADAPTER.validate_python(one), SampleFields())], 3)
    row = await qa.pool.fetchrow("SELECT value FROM outbox WHERE topic = 'labeling.jobs'")
    gold = LabelingJob.model_validate_json(row["value"])
    assert gold.content == content
    await qa.jobs([gold])
    await qa.annotations([vote("ann", other, job_id=gold.job_id), vote("bob", apart, job_id=gold.job_id)])
    await qa.refit()()
    rows = await qa.rows("SELECT annotator, gold_right, gold_answered FROM annotators ORDER BY 1")
    assert rows == [("crowd/ann", 1, 1), ("crowd/bob", 0, 1)]


async def test_gold_under_an_earlier_major_counts_within_the_tolerance(qa: Qa) -> None:
    await begin(qa, "boxes")
    _, content, one, other, apart, _ = KINDS["boxes"]
    add = AddGold(qa.database, PostgresGuidelines(qa.pool), lambda: NOON)
    await add("news", [GoldItem(content, ADAPTER.validate_python(one), SampleFields())], 3)
    row = await qa.pool.fetchrow("SELECT value FROM outbox WHERE topic = 'labeling.jobs'")
    gold = LabelingJob.model_validate_json(row["value"])
    await qa.jobs([gold])
    votes = [vote(who, answer, job_id=gold.job_id) for who, answer in (("ann", other), ("bob", apart))]
    await qa.annotations([replace_sample(received, gold.sample_id) for received in votes])
    schema = {"kind": "boxes", "classes": [*CLASSES, {"name": "c"}]}
    document = {"title": "", "text": "", "label_schema": schema}
    event, _ = await PostgresGuidelines(qa.pool).publish("news", document, NOON)
    third = event.guideline
    assert third.major == 3
    await qa.jobs([job(7, "boxes").model_copy(update={"guideline": third})])
    later = [vote(who, one, job_id="k7") for who in ("ann", "bob")]
    await qa.annotations(
        [ReceivedAnnotation(each.event.model_copy(update={"guideline": third}), "0/2") for each in later]
    )
    await qa.refit().refit_major(("news", third.major))
    rows = await qa.rows("SELECT annotator, gold_right, gold_answered FROM annotators ORDER BY 1")
    assert rows == [("crowd/ann", 1, 1), ("crowd/bob", 0, 1)]


def replace_sample(received: ReceivedAnnotation, sample_id: str) -> ReceivedAnnotation:
    return ReceivedAnnotation(received.event.model_copy(update={"sample_id": sample_id}), "0/1")
