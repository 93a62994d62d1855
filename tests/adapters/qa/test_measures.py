"""Gauges of qa on a real PostgreSQL: numbers of jobs and votes after whatever happens to them."""

import asyncio
import random
from datetime import timedelta
from importlib import resources
from typing import Any

import pytest

from adapters.qa.metricskit import campaign_job, series_of
from adapters.qa.qakit import NOON, Qa, fill, job, review, vote
from shoal.clock import utc_now
from shoal.contracts.samples import SampleErased
from shoal.persistence import migrate, open_pool
from shoal.persistence.migrate import Migration
from shoal_qa.adapters.postgres import measures as postgres_measures
from shoal_qa.adapters.postgres.guidelines import PostgresGuidelines, PostgresRules
from shoal_qa.adapters.postgres.measures import PostgresMeasures
from shoal_qa.usecases.annotations.expire import ExpireParked
from shoal_qa.usecases.erase import EraseSamples
from shoal_qa.usecases.rules import Rule

pytestmark = pytest.mark.servers
JOBS, OLDEST = "shoal_qa_jobs", "shoal_qa_oldest_job_seconds"
WANTED, RECEIVED, DISPUTED = "shoal_qa_votes_wanted", "shoal_qa_votes_received", "shoal_qa_disputed_jobs"
PARKED, OLDEST_PARKED = "shoal_qa_parked_annotations", "shoal_qa_oldest_parked_seconds"
TALLIES = """
SELECT project, campaign, state, sum(jobs)::int, sum(wanted)::int, sum(votes)::int, sum(disputed)::int
FROM job_tallies GROUP BY 1, 2, 3 HAVING sum(jobs) <> 0 ORDER BY 1, 2, 3
"""
COUNTED = """
SELECT project, coalesce(campaign, ''), state, count(*)::int, sum(wanted)::int, sum(votes)::int, sum(disputed::int)::int
FROM jobs WHERE purpose IN ('label', 'audit') AND state <> 'erased' GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
ANOTHER = {"name": "z", "definition": "", "examples": []}
# The votes of open jobs from their annotations, as Evaluate counts them.
VOTES = """
SELECT j.job_id, count(DISTINCT n.provider || '/' || n.annotator)::int AS votes, count(DISTINCT n.label) > 1 AS disputed
FROM jobs j LEFT JOIN (
    SELECT DISTINCT ON (provider, annotation_id) job_id, provider, annotator, label FROM annotations
    WHERE purpose <> 'review' ORDER BY provider, annotation_id, revision DESC) n
ON n.job_id = j.job_id AND n.label IS NOT NULL
WHERE j.state IN ('open', 'review') AND j.purpose <> 'gold' GROUP BY 1 ORDER BY 1
"""
ROWS = """
SELECT job_id, votes, disputed FROM jobs WHERE state IN ('open', 'review') AND purpose <> 'gold' ORDER BY 1
"""


async def check_tallies(qa: Qa) -> None:
    """Assert that the sums are those of the rows, before and after they are added up."""
    assert await qa.rows(TALLIES) == await qa.rows(COUNTED)
    assert await qa.rows(ROWS) == await qa.rows(VOTES)
    await qa.pool.execute(postgres_measures._ADD_UP)
    assert await qa.rows(TALLIES) == await qa.rows(COUNTED)


async def test_jobs_and_votes_by_campaign(qa: Qa) -> None:
    await PostgresRules(qa.pool).put(
        "news", Rule(model="majority", accept_probability=0.7, max_votes=2), NOON
    )
    await qa.jobs([campaign_job(n, max_votes=2) for n in range(5)])
    await qa.jobs(
        [campaign_job(5, None, purpose="audit"), campaign_job(6, "other"), campaign_job(7, purpose="gold")]
    )
    await qa.annotations([vote(0, "ann", "x"), vote(0, "bob", "x")])  # accepted
    await qa.annotations([vote(1, "ann", "x"), vote(1, "bob", "y")])  # in review
    await qa.annotations([vote(2, "ann", "x"), vote(6, "ann", "x")])  # one vote
    await qa.measure()
    open_jobs, in_review = {"spam": 3, "other": 1, "(audit)": 1}, {"spam": 1, "other": 0, "(audit)": 0}
    assert {name: series_of(JOBS)[name, "open"] for name in open_jobs} == open_jobs
    assert {name: series_of(JOBS)[name, "review"] for name in open_jobs} == in_review
    assert series_of(JOBS)["spam", "accepted"] == 1
    assert len(series_of(JOBS)) == 3 * 4
    assert series_of(WANTED) == {("spam",): 6, ("other",): 2, ("(audit)",): 2}
    assert series_of(RECEIVED) == {("spam",): 1, ("other",): 1, ("(audit)",): 0}
    assert series_of(DISPUTED) == {("spam",): 1, ("other",): 0, ("(audit)",): 0}
    assert ("other", "review") in series_of("shoal_qa_first_pass_total")
    assert {"frozen", "failed"} <= {outcome for (outcome,) in series_of("shoal_qa_datasets_total")}
    assert ("(audit)", "cancelled") in series_of("shoal_qa_reviews_total")


@pytest.mark.parametrize("seed", range(4))
async def test_numbers_are_those_of_the_rows_after_anything(qa: Qa, seed: int) -> None:
    chance = random.Random(seed)
    steps: list[Any] = [campaign_job(n, chance.choice(["a", "b", None])) for n in range(12)]
    steps += [campaign_job(12, purpose="gold"), campaign_job(3, max_votes=3)]
    for number in range(13):
        for name in "abcd"[: chance.randrange(5)]:
            last = chance.randrange(1, 4)
            steps += [vote(number, name, chance.choice(["x", "y", "y", None]), r) for r in range(1, last + 1)]
    steps += [review(4, "x", 1), review(4, None, 2, 2), review(5, "y", 3)]
    steps += [SampleErased(project="news", sample_id=f"s{n}", reason="", erased_at=NOON) for n in (6, 7)]
    steps += chance.sample(steps, 15)  # delivered twice
    chance.shuffle(steps)
    erase = EraseSamples(qa.database, lambda: NOON)
    for step in steps:
        if isinstance(step, SampleErased):
            await erase([step])
        elif hasattr(step, "origin"):
            await qa.annotations([step])
        else:
            await qa.jobs([step])
    await check_tallies(qa)
    await qa.refit()()
    await check_tallies(qa)


async def test_a_new_guideline_s_jobs_count_beside_the_earlier_ones(qa: Qa) -> None:
    await fill(qa, range(4))
    (event,) = await PostgresGuidelines(qa.pool).all("news")
    document = event.model_dump(include={"title", "text", "label_schema", "prelabels_allowed"})
    document["label_schema"]["classes"] = [*document["label_schema"]["classes"], dict(ANOTHER)]
    await PostgresGuidelines(qa.pool).publish("news", document, NOON)
    second = job(9).guideline.model_copy(update={"major": 2})
    await qa.jobs([campaign_job(9, None, guideline=second)])
    await check_tallies(qa)
    await qa.measure()
    assert series_of(JOBS)["(audit)", "open"] >= 1
    assert sum(series_of(JOBS).values()) == 5


async def test_replicas_that_add_up_at_once_lose_nothing(qa: Qa) -> None:
    async def write(first: int) -> None:
        for number in range(first, first + 10):
            await qa.jobs([campaign_job(number, f"c{number % 3}")])
            await qa.annotations([vote(number, "ann", "x"), vote(number, "bob", "xy"[number % 2])])

    async def add_up() -> None:
        for _ in range(30):
            await qa.pool.execute(postgres_measures._ADD_UP)

    await asyncio.gather(write(0), write(10), add_up(), add_up(), add_up())
    await check_tallies(qa)
    assert (await qa.rows("SELECT count(*) FROM job_tallies"))[0][0] <= 12


async def test_many_rows_are_added_up_by_a_pass(qa: Qa, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_measures, "MOST_CHANGES", 5)
    for number in range(10):
        await qa.jobs([campaign_job(number)])
    assert await qa.rows("SELECT count(*) FROM job_tallies") == [(10,)]
    await qa.measure()
    assert await qa.rows("SELECT count(*), sum(jobs)::int FROM job_tallies") == [(1, 10)]
    await qa.measure()
    assert series_of(JOBS)["spam", "open"] == 10


async def test_an_earlier_release_keeps_the_numbers_right(qa: Qa) -> None:
    """The statements of the release before, beside this one."""
    insert = """INSERT INTO jobs (job_id, project, sample_id, purpose, major, minor, content, state, wanted, most)
                VALUES ($1, 'news', $1, 'label', 1, 0, '{}', 'open', 2, 3)"""
    await qa.annotations([vote(1, "ann", "x")])
    await qa.pool.executemany(insert, [("j1",), ("j2",), ("j3",)])
    await qa.pool.execute("UPDATE jobs SET state = 'accepted', label = 'x' WHERE job_id = 'j2'")
    await qa.pool.execute("DELETE FROM jobs WHERE job_id = 'j3'")
    await qa.measure()
    assert series_of(JOBS)["(audit)", "open"] == series_of(JOBS)["(audit)", "accepted"] == 1
    assert series_of(PARKED) == {(): 0}
    await qa.annotations([vote(1, "bob", "y")])
    await check_tallies(qa)


async def test_rows_of_the_release_before_are_counted_by_the_migration(postgres_dsn: str) -> None:
    files = sorted(resources.files("shoal_qa.migrations").iterdir(), key=lambda file: file.name)
    await migrate(
        postgres_dsn, schema="qa", package="shoal_ingest", outbox=True
    )  # the outbox, for its schema
    pool = await open_pool(postgres_dsn, "qa")
    for file in [file for file in files if "0001" <= file.name < "0006" and file.name.endswith(".sql")]:
        migration = Migration(file.name, file.read_text())
        await pool.execute(migration.sql)
        await pool.execute("INSERT INTO schema_migrations VALUES ($1, $2)", migration.name, migration.sha256)
    for number, state in enumerate(("open", "review", "accepted", "erased")):
        await pool.execute(
            """INSERT INTO jobs (job_id, project, sample_id, purpose, major, minor, state, wanted, most)
               VALUES ('j' || $1, 'news', 's', 'label', 1, 0, $2, 2, 3)""",
            str(number),
            state,
        )
    for annotation, job_number, label, revision in (
        ("a", 0, "x", 1),
        ("b", 1, "x", 1),
        ("c", 1, "x", 1),
        ("c", 1, "y", 2),
        ("d", 9, "x", 1),
    ):
        await pool.execute(
            """INSERT INTO annotations (provider, annotation_id, revision, project, job_id, sample_id, major, annotator,
                   action, label, purpose, price, submitted_at, event, place)
               VALUES ('p', $1, $2, 'news', 'j' || $3, 's', 1, $1, 'submitted', $4, 'label', 0, now(), '{}', '0/0')""",
            annotation,
            revision,
            str(job_number),
            label,
        )
    await migrate(postgres_dsn, schema="qa", package="shoal_qa", outbox=True)
    counts = {count.state: count for count in await PostgresMeasures(pool).job_counts()}
    assert {state: (count.jobs, count.votes_received, count.disputed) for state, count in counts.items()} == {
        "open": (1, 1, 0),
        "review": (1, 2, 1),
        "accepted": (1, 0, 0),
    }
    assert [item.count for item in await PostgresMeasures(pool).parked()] == [1]
    await pool.close()


async def test_the_age_of_a_job_is_the_time_in_its_state(qa: Qa) -> None:
    await PostgresRules(qa.pool).put("news", Rule(model="majority", max_votes=2), NOON)
    await qa.jobs([campaign_job(n, max_votes=2) for n in range(3)])
    await qa.pool.execute(
        "UPDATE jobs SET created_at = now() - interval '1 hour' * (1 + right(job_id, 1)::int)"
    )
    await qa.measure()
    assert series_of(OLDEST)["spam", "open"] == pytest.approx(3 * 3600, abs=60)
    assert series_of(OLDEST)["spam", "review"] == 0
    await qa.annotations([vote(2, "ann", "x"), vote(2, "bob", "y")])
    await qa.measure()
    assert series_of(OLDEST)["spam", "open"] == pytest.approx(2 * 3600, abs=60)
    assert series_of(OLDEST)["spam", "review"] == pytest.approx(0, abs=60)  # since the review was requested
    await qa.pool.execute("UPDATE jobs SET state_since = now() - interval '5 hours' WHERE job_id = 'j2'")
    await qa.measure()
    assert series_of(OLDEST)["spam", "review"] == pytest.approx(5 * 3600, abs=60)


async def test_annotations_without_a_job_are_parked_until_it_comes_or_they_expire(qa: Qa) -> None:
    await qa.jobs([job(1)])
    await qa.annotations([vote(n, "ann", "x") for n in (1, 2, 3)])
    await qa.pool.execute(
        "UPDATE annotations SET received_at = now() - interval '1 hour' WHERE job_id = 'j3'"
    )
    await qa.measure()
    assert series_of(PARKED) == {(): 2}
    assert series_of(OLDEST_PARKED)[()] == pytest.approx(3600, abs=60)
    await qa.jobs([job(2)])
    assert await ExpireParked(qa.database, timedelta(minutes=30), utc_now)() == 1
    await qa.measure()
    assert series_of(PARKED) == series_of(OLDEST_PARKED) == {(): 0}


async def test_a_campaign_that_is_over_joins_the_others_and_a_project_that_is_gone_leaves(qa: Qa) -> None:
    await qa.jobs([campaign_job(1, "old"), campaign_job(2, "new")])
    await qa.annotations([vote(1, name, "x") for name in ("ann", "bob")])
    old = "UPDATE job_tallies SET changed_at = now() - interval '8 days' WHERE campaign = 'old'"
    await qa.pool.execute(old)
    await qa.measure()
    assert series_of(JOBS)["(other)", "accepted"] == 1
    assert {campaign for campaign, _ in series_of(JOBS)} == {"new", "(other)"}
    await qa.jobs([campaign_job(3, "old")])
    await qa.measure()
    assert (series_of(JOBS)["old", "open"], series_of(JOBS)["old", "accepted"]) == (1, 1)
    await qa.pool.execute("DELETE FROM jobs")
    await qa.measure()
    for name in (JOBS, WANTED, RECEIVED, DISPUTED, OLDEST, PARKED):
        assert series_of(name) == {}


async def test_a_project_with_a_thousand_campaigns_takes_no_series_of_others(qa: Qa) -> None:
    await qa.pool.execute(
        """INSERT INTO jobs (job_id, project, sample_id, purpose, major, minor, state, wanted, most, campaign)
           SELECT 'w' || n, 'wide', 's' || n, 'label', 1, 0, 'open', 2, 3, 'c' || n FROM generate_series(1, 1000) n"""
    )
    await qa.jobs([campaign_job(1)])
    for _ in range(2):
        await qa.measure()
        wide = series_of(JOBS, "wide")
        assert len(wide) == 51 * 4
        assert (wide["(other)", "open"], sum(wide.values())) == (950, 1000)
        assert series_of(JOBS)["spam", "open"] == 1
