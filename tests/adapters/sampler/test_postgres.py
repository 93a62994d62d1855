"""The sampler on a real PostgreSQL: budgets under replays, replicas and interleaving; decisions once."""

import asyncio
import random
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from adapters.sampler.samplerkit import NOON, Replica, campaign, samples, spent
from shoal.contracts.samples import SampleErased
from shoal.runtime.refusal import Refused
from shoal_sampler.adapters.postgres.campaigns import PostgresAudits
from shoal_sampler.adapters.postgres.waiting import PostgresWaiting
from shoal_sampler.domain.campaigns.audit import Audit
from shoal_sampler.usecases.audits import ManageAudits
from shoal_sampler.usecases.campaigns.manage import MOST_CAMPAIGNS, ManageCampaigns
from shoal_sampler.usecases.stream.learn import LearnLabels

pytestmark = pytest.mark.servers


@pytest.mark.parametrize("seed", range(4))
async def test_budgets_hold_under_replays_and_two_replicas(
    pool: Any, manage: ManageCampaigns, seed: int
) -> None:
    chance = random.Random(seed)
    await manage.create("news", campaign("dice", 60, kind="random", share=0.5))
    window = {"kind": "uncertainty", "share": 0.2, "window_samples": 20, "window_seconds": 3600}
    await manage.create("news", campaign("doubt", 45, **window))
    batches = [samples(25, start=start) for start in range(0, 400, 25)]
    batches += chance.sample(batches, 6)  # delivered twice
    chance.shuffle(batches)
    replicas = [Replica(pool), Replica(pool)]
    for first, second in zip(batches[::2], batches[1::2], strict=True):
        await asyncio.gather(replicas[0].receive(first), replicas[1].receive(second))
    found = await spent(pool)
    assert found["dice"] == (60, 20)
    assert found["doubt"][0] <= 45
    assert found["doubt"][0] == 3 * found["doubt"][1]
    jobs = await pool.fetch("SELECT value FROM outbox WHERE topic = 'labeling.jobs'")
    assert len(jobs) == found["dice"][1] + found["doubt"][1]
    assert len({bytes(row["value"]) for row in jobs}) == len(jobs)
    decided = await pool.fetchval("SELECT count(*) FROM decisions")
    waiting = await pool.fetchval("SELECT count(*) FROM waiting")
    assert decided + waiting == 400


async def test_a_job_names_its_sample_and_its_campaign(pool: Any, manage: ManageCampaigns) -> None:
    await manage.create("news", campaign("dice", 300, kind="random", share=1.0))
    await Replica(pool).receive(samples(3))
    jobs = [
        orjson.loads(row["value"])
        for row in await pool.fetch("SELECT value FROM outbox WHERE topic = 'labeling.jobs'")
    ]
    named = sorted((item["sample_id"], item["source"], item["source_id"], item["campaign"]) for item in jobs)
    assert named == [(f"s{number:05d}", "wire", str(number), "dice") for number in range(3)]
    assert {(item["tags"]["desk"], datetime.fromisoformat(item["occurred_at"])) for item in jobs} == {
        ("markets", NOON)
    }


async def test_a_sample_keeps_its_decision(pool: Any, manage: ManageCampaigns) -> None:
    await manage.create("news", campaign("dice", 300, kind="random", share=0.3))
    replica = Replica(pool)
    await replica.receive(samples(100))
    before = await spent(pool), await pool.fetch("SELECT * FROM decisions ORDER BY sample_id")
    await Replica(pool).receive(samples(100))
    assert (await spent(pool), await pool.fetch("SELECT * FROM decisions ORDER BY sample_id")) == before
    assert before[0]["dice"][1] > 10


async def test_what_is_paused_takes_nothing_and_what_was_decided_stays(
    pool: Any, manage: ManageCampaigns
) -> None:
    await manage.create("news", campaign("dice", 300, kind="random", share=1.0))
    replica = Replica(pool)
    await replica.receive(samples(10))
    await manage.move("news", "dice", "paused")
    await replica.receive(samples(10, start=10))
    assert (await spent(pool))["dice"][1] == 10
    await manage.move("news", "dice", "active")
    await replica.receive(samples(30))
    assert (await spent(pool))["dice"][1] == 20  # those that passed while it paused are decided


async def test_samples_wait_for_a_guideline(pool: Any, manage: ManageCampaigns) -> None:
    await manage.create("news", campaign("dice", 300, kind="random", share=1.0))
    await Replica(pool, guideline=False).receive(samples(10))
    assert await pool.fetchval("SELECT count(*) FROM waiting") == 10
    await Replica(pool).receive.close_windows()
    assert (await spent(pool))["dice"][1] == 10


async def test_samples_of_the_audit_wait_for_a_guideline(pool: Any) -> None:
    audits = ManageAudits(PostgresAudits(pool), Audit(rate=0.0), lambda: NOON)
    await audits.put("news", Audit(rate=1.0))
    await Replica(pool, guideline=False).receive(samples(10))
    assert await pool.fetchval("SELECT count(*) FROM waiting") == 10
    await Replica(pool).receive.close_windows()
    assert (await audits.get("news")).jobs == 10


async def test_samples_without_a_campaign_or_an_audit_wait_for_nothing(pool: Any) -> None:
    audits = ManageAudits(PostgresAudits(pool), Audit(rate=0.0), lambda: NOON)
    await audits.put("news", Audit(rate=1.0))
    await audits.put("news", Audit(rate=0.0))
    await Replica(pool, guideline=False).receive(samples(10))
    assert await pool.fetchval("SELECT count(*) FROM decisions") == 10


async def test_samples_wait_for_the_first_campaign_but_not_for_a_draft(
    pool: Any, manage: ManageCampaigns
) -> None:
    replica = Replica(pool)
    await replica.receive(samples(10))
    await manage.create("news", campaign("later", 30, kind="random").model_copy(update={"state": "draft"}))
    await replica.receive(samples(20))  # the first ten again
    assert await pool.fetchval("SELECT count(*) FROM waiting") == 20
    await manage.create("news", campaign("dice", 300, kind="random", share=1.0))
    await replica.receive.close_windows()
    assert (await spent(pool))["dice"][1] == 20
    await manage.move("news", "dice", "done")
    await replica.receive(samples(10, start=20))  # the project had a campaign: nothing waits
    assert await pool.fetchval("SELECT count(*) FROM decisions") == 30


async def test_samples_wait_for_the_first_campaign_an_hour_at_most(pool: Any) -> None:
    replica = Replica(pool)
    await replica.receive(samples(10))
    replica.now = NOON + timedelta(minutes=59)
    await replica.receive(samples(10, start=10))
    assert await pool.fetchval("SELECT count(*) FROM decisions") == 0
    replica.now = NOON + timedelta(minutes=61)
    await replica.receive.close_windows()
    assert await pool.fetchval("SELECT count(*) FROM decisions") == 10
    assert await pool.fetchval("SELECT count(*) FROM waiting") == 10


async def test_samples_beyond_the_limit_do_not_wait_for_the_first_campaign(pool: Any) -> None:
    replica = Replica(pool)
    for start in range(0, 1200, 400):
        await replica.receive(samples(400, start=start))
    assert await pool.fetchval("SELECT count(*) FROM decisions") == 200
    assert await pool.fetchval("SELECT min(sample_id) FROM waiting") == "s00200"


async def test_a_budget_can_grow_but_not_shrink_below_what_is_spent(
    pool: Any, manage: ManageCampaigns
) -> None:
    await manage.create("news", campaign("dice", 30, kind="random", share=1.0))
    await Replica(pool).receive(samples(50))
    assert (await spent(pool))["dice"] == (30, 10)
    with pytest.raises(Refused) as refused:
        await manage.change("news", "dice", campaign("dice", 29, kind="random", share=1.0))
    assert refused.value.field == "budget.votes"
    await manage.change("news", "dice", campaign("dice", 36, kind="random", share=1.0))
    await Replica(pool).receive(samples(50, start=50))
    assert (await spent(pool))["dice"] == (36, 12)


async def test_an_erased_sample_is_forgotten_and_never_chosen(pool: Any, manage: ManageCampaigns) -> None:
    await manage.create("news", campaign("dice", 300, kind="random", share=1.0))
    replica = Replica(pool)
    await replica.receive(samples(1))
    learn = LearnLabels(replica.store, replica.memories)
    for sample in ("s00000", "s00001"):
        event = SampleErased(project="news", sample_id=sample, reason="asked", erased_at=NOON)
        await learn.forget_samples([event])
    await replica.receive(samples(2))
    assert await pool.fetchval("SELECT count(*) FROM chosen") == 0
    assert (await spent(pool))["dice"][1] == 1


async def test_the_audit_is_a_fair_share_and_changes_by_version(pool: Any) -> None:
    audits = ManageAudits(PostgresAudits(pool), Audit(rate=0.0), lambda: NOON)
    row = await audits.put("news", Audit(rate=0.2, votes_per_day=10_000))
    assert row.audit.version == 2
    assert (await audits.put("news", Audit(rate=0.2, votes_per_day=10_000))).audit.version == 2
    for start in range(0, 1000, 250):
        await Replica(pool).receive(samples(250, start=start))
    jobs = (await audits.get("news")).jobs
    assert 150 < jobs < 250  # 200 expected, standard deviation 12.6


async def test_a_window_that_cannot_be_closed_holds_up_no_other_project(pool: Any) -> None:
    await ManageAudits(PostgresAudits(pool), Audit(rate=0.0), lambda: NOON).put("news", Audit(rate=1.0))
    await Replica(pool, guideline=False).receive(samples(2))
    await pool.execute(
        """INSERT INTO waiting (project, sample_id, arrived_at, event)
           VALUES ('a', 's', '2026-01-01', '\\xc1'), ('zoo', 's', '2026-01-01', '\\xc1')"""
    )
    assert await Replica(pool).receive.close_windows() == 1
    rows = await pool.fetch("SELECT project FROM waiting ORDER BY project")
    assert [row["project"] for row in rows] == ["a", "zoo"]


async def test_a_window_holds_few_of_very_large_samples(pool: Any) -> None:
    await ManageAudits(PostgresAudits(pool), Audit(rate=0.0), lambda: NOON).put("news", Audit(rate=1.0))
    replica = Replica(pool, guideline=False)
    await replica.receive(samples(3))
    async with replica.store.project("news") as project:
        oldest = [event.sample_id for event in await project.waiting.oldest(9)]
        size = await pool.fetchval("SELECT octet_length(event) FROM waiting LIMIT 1")
        limited = [await PostgresWaiting(pool, "news").oldest(9, most) for most in (1, size + 1)]
    assert [[event.sample_id for event in part] for part in limited] == [oldest[:1], oldest[:2]]


async def test_a_project_has_a_limited_number_of_campaigns_that_are_not_done(
    pool: Any, manage: ManageCampaigns
) -> None:
    first, one_more = (campaign(name, 30, kind="random") for name in ("first", "one-more"))
    await manage.create("news", first)
    await pool.execute(
        """INSERT INTO campaigns (campaign_id, project, name, state, version, definition, votes_budget, max_votes,
                                  created_at, changed_at)
           SELECT 'c' || number, project, 'c' || number, state, version, definition, votes_budget, max_votes,
                  created_at, changed_at FROM campaigns, generate_series(2, $1::int) AS number""",
        MOST_CAMPAIGNS,
    )
    with pytest.raises(Refused, match="not done"):
        await manage.create("news", one_more)
    assert not (await manage.create("news", first))[1]
    await manage.move("news", "first", "done")
    assert (await manage.create("news", one_more))[1]
