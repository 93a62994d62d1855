"""Two projects that use the same ids, on a real PostgreSQL."""

from typing import Any

import pytest

from adapters.qa.qakit import NOON, Qa, job, vote
from shoal.contracts.answers import ClassAnswer
from shoal.contracts.ids import job_id, sample_id, stable_id
from shoal.contracts.labels import LabelingJob
from shoal.contracts.samples import Content
from shoal.runtime.refusal import Refused
from shoal.samples import SampleFields
from shoal_qa.adapters.postgres.guidelines import PostgresGuidelines
from shoal_qa.adapters.postgres.reports import PostgresReports
from shoal_qa.usecases.gold import AddGold, GoldItem
from shoal_qa.usecases.ports import ReceivedAnnotation
from shoal_qa.usecases.review import DecideReview

pytestmark = pytest.mark.servers
SAMPLE = sample_id("news", "wire", "1")


async def add_guideline(qa: Qa, project: str) -> None:
    guidelines = PostgresGuidelines(qa.pool)
    (event,) = await guidelines.all("news")
    document = event.model_dump(include={"title", "text", "label_schema", "prelabels_allowed"})
    await guidelines.publish(project, document, NOON)


async def add_gold(qa: Qa, project: str, sample: str, votes: int = 3) -> str:
    """Add a gold item and return the id of its job."""
    item = GoldItem(Content(text="text"), ClassAnswer(label="x"), SampleFields(sample_id=sample))
    await AddGold(qa.database, PostgresGuidelines(qa.pool), lambda: NOON)(project, [item], votes)
    sql = "SELECT job_id FROM gold WHERE project = $1 AND sample_id = $2"
    return str(await qa.pool.fetchval(sql, project, sample))


def gold_job(project: str, identifier: str, votes: int = 3) -> LabelingJob:
    changes: dict[str, Any] = {"project": project, "job_id": identifier, "sample_id": SAMPLE}
    return job(1).model_copy(update={**changes, "purpose": "gold", "votes": votes, "max_votes": votes})


async def test_gold_items_with_one_sample_id_are_two_jobs(qa: Qa) -> None:
    await add_guideline(qa, "shop")
    first, second = await add_gold(qa, "news", SAMPLE), await add_gold(qa, "shop", SAMPLE, votes=50)
    assert await qa.jobs([gold_job("news", first), gold_job("shop", second, votes=50)]) == []
    assert sorted(await qa.rows("SELECT project, most FROM jobs")) == [("news", 3), ("shop", 50)]


async def test_a_gold_item_keeps_the_job_that_an_earlier_release_made(qa: Qa) -> None:
    earlier = stable_id("job", SAMPLE, 1, "gold")
    await qa.jobs([gold_job("news", earlier)])
    assert await add_gold(qa, "news", SAMPLE) == earlier
    await add_guideline(qa, "shop")
    assert await add_gold(qa, "shop", SAMPLE) == job_id("shop", SAMPLE, 1, "gold")


async def test_an_event_cannot_change_the_job_of_another_project(qa: Qa) -> None:
    await add_guideline(qa, "shop")
    await qa.jobs([job(1)])
    (rejected,) = await qa.jobs([job(1).model_copy(update={"project": "shop", "max_votes": 90})])
    assert (rejected.index, rejected.reason) == (0, "other_project")
    assert "news" not in rejected.detail
    assert await qa.rows("SELECT project, most FROM jobs") == [("news", 3)]


async def test_a_vote_counts_in_its_own_project_only(qa: Qa) -> None:
    await add_guideline(qa, "shop")
    foreign = [
        ReceivedAnnotation(vote(1, name, "y").event.model_copy(update={"project": "shop"}), "0/1")
        for name in ("ann", "bob", "cy")
    ]
    assert await qa.annotations(foreign[:2]) == []  # may be votes on a job that has not arrived
    await qa.jobs([job(1)])
    (rejected,) = await qa.annotations(foreign[2:])
    assert rejected.reason == "other_project"
    assert await qa.rows("SELECT state FROM jobs") == [("open",)]
    assert await PostgresReports(qa.pool).votes("news", ["j1"]) == []
    await qa.annotations([vote(1, "ann", "x"), vote(1, "bob", "x")])
    assert await qa.rows("SELECT state, label FROM jobs") == [("accepted", "x")]


async def test_a_review_of_another_projects_job_is_like_that_of_no_job(qa: Qa) -> None:
    await qa.jobs([job(1)])
    decide = DecideReview(qa.database, qa.evaluate, lambda: NOON)
    problems = []
    for identifier in ("j1", "j2"):
        with pytest.raises(Refused) as error:
            await decide("shop", identifier, ClassAnswer(label="x"), "boss")
        problems.append((error.value.kind, str(error.value).replace(identifier, "*")))
    assert problems[0] == problems[1]


async def test_answers_to_gold_are_counted_by_project(qa: Qa) -> None:
    await add_guideline(qa, "shop")
    shared = stable_id("job", SAMPLE, 1, "gold")
    async with qa.database.transaction() as tx:
        for project in ("news", "shop"):  # as an earlier release stored them
            await tx.gold.add(project, [(SAMPLE, "x", shared, None)], NOON)
    await qa.jobs([gold_job("news", shared)])
    event = vote(1, "ann", "x").event.model_copy(update={"job_id": shared, "sample_id": SAMPLE})
    await qa.annotations([ReceivedAnnotation(event, "0/1")])
    reports = PostgresReports(qa.pool)
    answers = [(await reports.gold(project))[0]["answers"] for project in ("news", "shop")]
    assert answers == [1, 0]
