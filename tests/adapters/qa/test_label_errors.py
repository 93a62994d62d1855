"""Label errors of a running project, on a real PostgreSQL."""

from statistics import fmean
from typing import Any

import pytest
from pydantic import TypeAdapter

from adapters.qa.qakit import NOON, Qa
from adapters.qa.test_kinds import KINDS, begin, every_kind, job, vote
from shoal.answers import stored_label
from shoal.contracts.answers import Answer
from shoal_qa.adapters.postgres.reports import PostgresReports
from shoal_qa.usecases.label_errors.find import FindLabelErrors, FoundErrors
from shoal_qa.usecases.review import DecideReview

pytestmark = pytest.mark.kafka
ADAPTER: TypeAdapter[Any] = TypeAdapter(Answer)
JOBS = range(1, 13)


async def find_errors(qa: Qa, limit: int = 100, most_labels: int = 1000) -> FoundErrors:
    find = FindLabelErrors(PostgresReports(qa.pool), qa.database, most_labels)
    return await find("news", limit)


async def label_jobs(qa: Qa, kind: str) -> None:
    """Label twelve jobs by two votes each; then an expert decides the last one against both votes."""
    await begin(qa, kind)
    await qa.jobs([job(number, kind) for number in JOBS[2:]])
    _, _, one, other, apart, _ = KINDS[kind]
    await qa.annotations(
        [
            vote(who, answer, job_id=f"k{number}")
            for number in JOBS
            for who, answer in (("ann", one), ("bob", other))
        ]
    )
    decide = DecideReview(qa.database, qa.evaluate, lambda: NOON)
    await decide("news", "k12", ADAPTER.validate_python(apart), "eve", field="answer")


@every_kind
async def test_a_label_that_an_expert_set_against_the_votes_comes_first(qa: Qa, kind: str) -> None:
    await label_jobs(qa, kind)
    found = await find_errors(qa)
    assert 0 < found.judged <= len(JOBS)  # two votes are too few for some kinds
    first = found.errors[0]
    assert (first.job_id, first.sample_id, first.major) == ("k12", "s12", 2)
    others = [error.doubt.wrong for error in found.errors if error.job_id != "k12"]
    assert first.doubt.wrong > 2 * max(others, default=0.0)


async def test_few_errors_are_returned_and_only_the_newest_labels_are_judged(qa: Qa) -> None:
    await label_jobs(qa, "boxes")
    assert len((await find_errors(qa, limit=3)).errors) == 3
    assert (await find_errors(qa, most_labels=4)).judged == 4


async def test_votes_of_blocked_annotators_and_withdrawn_labels_do_not_count(qa: Qa) -> None:
    await label_jobs(qa, "rating")
    await qa.annotations([vote("ann", None, 2, job_id="k1"), vote("bob", None, 2, job_id="k1")])
    assert (await find_errors(qa)).judged == len(JOBS) - 1
    await qa.pool.execute(
        "INSERT INTO annotators (project, annotator, state, votes, skill, skill_low, skill_high, gold_right, "
        "gold_answered, alarms) SELECT 'news', name, 'blocked', 9, 0.1, 0.0, 0.2, 0, 9, '{}' "
        "FROM unnest(ARRAY['crowd/ann', 'crowd/bob']) AS name"
    )
    assert await find_errors(qa) == FoundErrors(judged=0, errors=[])


async def add_gold(qa: Qa, kind: str, fooled: range, others: range) -> None:
    """Add gold jobs with two equal votes each, which are wrong on the `fooled` ones."""
    right, apart = KINDS[kind][2], KINDS[kind][4]
    numbers = [*fooled, *others]
    await qa.jobs([job(number, kind).model_copy(update={"purpose": "gold"}) for number in numbers])
    await qa.annotations(
        [vote(who, right, job_id=f"k{number}") for number in numbers for who in ("ann", "bob")]
    )
    await say_right(qa, {number: apart if number in fooled else right for number in numbers})


async def say_right(qa: Qa, answers: dict[int, Any]) -> None:
    """Store the right answers of samples."""
    parsed = {number: ADAPTER.validate_python(answer) for number, answer in answers.items()}
    rows = [
        (f"s{number}", stored_label(answer) or "", f"k{number}", answer.model_dump(mode="json"))
        for number, answer in parsed.items()
    ]
    async with qa.database.transaction() as tx:
        await tx.gold.add("news", rows, NOON)


async def doubts_of_votes(qa: Qa) -> float:
    """Return the mean probability that a label is wrong, of those that votes settled."""
    found = await find_errors(qa)
    return fmean(error.doubt.wrong for error in found.errors if error.job_id != "k12")


async def test_labels_are_doubted_as_gold_items_show_that_equal_votes_err(qa: Qa) -> None:
    await label_jobs(qa, "rating")
    sure = await doubts_of_votes(qa)
    assert (await find_errors(qa)).checked == 0
    await add_gold(qa, "rating", range(20, 40), range(40, 60))
    doubted = await doubts_of_votes(qa)
    assert (await find_errors(qa)).checked == 40
    assert sure < 0.2 < 0.35 < doubted < 0.65


async def test_a_label_of_a_gold_sample_is_wrong_or_not_for_certain(qa: Qa) -> None:
    await label_jobs(qa, "boxes")
    right, apart = KINDS["boxes"][2], KINDS["boxes"][4]
    await say_right(qa, {3: right, 4: apart})
    found = await find_errors(qa)
    wrong = {error.job_id: error.doubt.wrong for error in found.errors if error.doubt.part is not None}
    assert (found.checked, wrong["k3"], wrong["k4"]) == (2, 0.0, 1.0)
    assert found.unseen > 0  # k4 lacks the box that is there, and no vote shows it


async def test_gold_of_another_kind_of_answers_is_left_aside(qa: Qa) -> None:
    await label_jobs(qa, "boxes")
    before = await find_errors(qa)
    async with qa.database.transaction() as tx:
        await tx.gold.add("news", [("s3", "x", "k3", None)], NOON)
    assert await find_errors(qa) == before


async def test_a_project_without_labels_has_no_errors(qa: Qa) -> None:
    assert await find_errors(qa) == FoundErrors(judged=0, errors=[])
