"""The sampler's metrics say what its tables say, for every project and campaign."""

from dataclasses import replace
from datetime import timedelta
from time import perf_counter
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from adapters.sampler.samplerkit import NOON, Replica, campaign, samples
from metricskit import growth, read_series
from shoal.observability.declaring import MOST_OF_PROJECT, OTHER
from shoal.observability.exposition import render_series
from shoal_sampler.adapters.postgres.campaigns import PostgresAudits
from shoal_sampler.adapters.postgres.tallies import PostgresTallies
from shoal_sampler.domain.campaigns.audit import Audit
from shoal_sampler.usecases.audits import ManageAudits
from shoal_sampler.usecases.campaigns.directory import GuidelineDirectory
from shoal_sampler.usecases.campaigns.manage import ManageCampaigns
from shoal_sampler.usecases.measure import MeasureCampaigns

pytestmark = pytest.mark.servers
FILL = """
INSERT INTO campaigns (campaign_id, project, name, state, version, definition, votes_budget, max_votes,
                       created_at, changed_at, seen, jobs)
SELECT $1 || '/' || n, $1, CASE WHEN $3 THEN $2 ELSE $2 || n END, $4, 1,
       '{"budget": {"samples_per_day": 7}}', 300, 3, $5, $5, 10, 1
FROM generate_series(1, $6::int) AS n
"""


def measure_of(
    pool: Any, replica: Replica | None = None, *, projects: tuple[str, ...] = ("news",), audit: float = 0.01
) -> MeasureCampaigns:
    """Return what sets the gauges at NOON."""
    return MeasureCampaigns(
        PostgresTallies(pool),
        replica.guidelines if replica else GuidelineDirectory(),
        projects=lambda: projects,
        default_audit=Audit(rate=audit, votes_per_day=300),
        clock=lambda: NOON,
    )


async def waits(pool: Any, replica: Replica | None = None) -> dict[tuple[str, ...], float]:
    """Measure and return what the campaigns of `news` wait for."""
    await measure_of(pool, replica)()
    return read_series("shoal_sampler_campaign_waits", project="news")


async def test_decisions_jobs_and_their_age_are_counted_by_campaign(
    pool: Any, manage: ManageCampaigns
) -> None:
    await manage.create("news", campaign("dice", 30, kind="random", share=1.0))
    arrivals = samples(8)
    copy = replace(arrivals[1].sample, content_hash=arrivals[0].sample.content_hash)
    arrivals[1] = replace(arrivals[1], sample=copy)
    with (
        growth("shoal_sampler_decided_samples_total", project="news") as decided,
        growth("shoal_sampler_jobs_total", project="news") as jobs,
        growth("shoal_sampler_votes_reserved_total", project="news") as votes,
        growth("shoal_sample_stage_seconds_sum", project="news", stage="job") as waited,
        growth("shoal_sampler_window_seconds_count") as windows,
    ):
        replica = Replica(pool)
        await replica.receive(arrivals)
        await replica.receive(arrivals)  # a replay
    assert decided == {("taken",): 7, ("duplicate",): 1}
    assert (jobs, votes) == ({("dice", "label"): 7}, {("dice", "label"): 21})
    assert waited == {("dice",): 7 * 30}
    assert windows == {(): 2}


async def test_the_audit_has_a_campaign_of_its_own_and_a_budget_for_today(pool: Any) -> None:
    audits = ManageAudits(PostgresAudits(pool), Audit(rate=0.0), lambda: NOON)
    await audits.put("news", Audit(rate=1.0, votes_per_day=12))
    with growth("shoal_sampler_jobs_total", project="news") as jobs:
        await Replica(pool).receive(samples(6))
    assert jobs == {("(audit)", "audit"): 4}
    await measure_of(pool, projects=("news", "idle"))()
    assert read_series("shoal_sampler_audit_votes", project="news") == {("budget",): 12, ("reserved",): 12}
    assert read_series("shoal_sampler_audit_votes", project="idle") == {("budget",): 300, ("reserved",): 0}
    await audits.put("news", Audit(rate=0.0, votes_per_day=12))
    await measure_of(pool, audit=0.0)()
    assert read_series("shoal_sampler_audit_votes") == {("news", "budget"): 0, ("news", "reserved"): 12}


async def test_a_campaign_says_how_far_it_is_and_what_it_waits_for(
    pool: Any, manage: ManageCampaigns
) -> None:
    replica = Replica(pool)
    await manage.create("news", campaign("dice", 30, kind="random", share=1.0))
    assert await waits(pool) == {("dice", "guideline"): 1}
    assert await waits(pool, replica) == {("dice", "samples"): 1}
    await replica.receive(samples(4))
    assert await waits(pool, replica) == {("dice", "more_samples"): 1}
    assert read_series("shoal_sampler_campaign_votes", project="news", campaign="dice") == {
        ("budget",): 30,
        ("reserved",): 12,
        ("left",): 18,
    }
    outcomes = read_series("shoal_sampler_campaign_samples", project="news", campaign="dice")
    assert (outcomes["seen",], outcomes["eligible",], outcomes["taken",]) == (4, 4, 4)
    assert read_series("shoal_sampler_campaign_jobs", project="news") == {("dice",): 4}
    await replica.receive(samples(10, start=4))
    assert await waits(pool, replica) == {("dice", "budget_spent"): 1}
    await manage.move("news", "dice", "paused")
    assert await waits(pool, replica) == {("dice", "paused"): 1}
    states = read_series("shoal_sampler_campaign_state", project="news", campaign="dice")
    assert states == {("draft",): 0, ("active",): 0, ("paused",): 1, ("done",): 0}


async def test_a_campaign_that_was_done_for_a_week_and_a_project_that_is_gone_lose_their_series(
    pool: Any, manage: ManageCampaigns
) -> None:
    await manage.create("news", campaign("dice", 30, kind="random"))
    await manage.move("news", "dice", "done")
    assert await waits(pool) == {("dice", "done"): 1}
    await pool.execute("UPDATE campaigns SET changed_at = $1", NOON - timedelta(days=8))
    assert await waits(pool) == {}
    await measure_of(pool, projects=())()
    for name in ("campaign_votes", "campaign_state", "waiting_samples", "audit_votes"):
        assert read_series(f"shoal_sampler_{name}", project="news") == {}, name


async def test_samples_that_wait_are_counted_with_the_age_of_the_oldest(
    pool: Any, manage: ManageCampaigns
) -> None:
    replica = Replica(pool, guideline=False)
    await manage.create("news", campaign("dice", 300, kind="random", share=1.0))
    replica.now = NOON - timedelta(seconds=90)
    await replica.receive(samples(2))
    replica.now = NOON - timedelta(seconds=10)
    await replica.receive(samples(1, start=2))
    await measure_of(pool, projects=("news", "idle"))()
    assert read_series("shoal_sampler_waiting_samples") == {("idle",): 0, ("news",): 3}
    assert read_series("shoal_sampler_oldest_waiting_seconds") == {("idle",): 0, ("news",): 90}


async def test_odd_names_make_a_valid_exposition(pool: Any) -> None:
    names = ['quo"te', "new\nline", "back\\slash", "\u00fc\u4e2d\u202e", "x" * 128, ""]
    for number, name in enumerate(names):
        await pool.execute(FILL, f"p{number} {name}", name, True, "active", NOON, 1)
    await measure_of(pool)()
    families = {family.name: family for family in text_string_to_metric_families(render_series()[0].decode())}
    read = {sample.labels["campaign"] for sample in families["shoal_sampler_campaign_jobs"].samples}
    assert set(names) <= read


async def test_a_project_with_many_campaigns_takes_no_series_of_others(pool: Any) -> None:
    await pool.execute(FILL, "large", "c", False, "active", NOON, 1000)
    await pool.execute(FILL, "small", "only", True, "paused", NOON - timedelta(days=1), 1)
    for _ in range(2):
        await measure_of(pool)()
        jobs = read_series("shoal_sampler_campaign_jobs", project="large")
        assert len(jobs) <= MOST_OF_PROJECT + 1
        assert sum(jobs.values()) == 1000
        assert jobs[OTHER,] == 1000 - MOST_OF_PROJECT
        assert read_series("shoal_sampler_campaign_jobs", project="small") == {("only",): 1}
        assert read_series("shoal_sampler_campaign_state", project="small", state="paused") == {("only",): 1}


async def test_a_pass_over_many_campaigns_and_waiting_samples_is_short(pool: Any) -> None:
    for number in range(20):
        await pool.execute(FILL, f"p{number}", "c", False, "active", NOON, 100)
    await pool.execute(FILL, "old", "c", False, "done", NOON - timedelta(days=9), 10_000)
    await pool.execute(
        """INSERT INTO waiting (project, sample_id, arrived_at, event)
           SELECT 'p' || n % 20, n::text, $1, '' FROM generate_series(1, 50000) AS n""",
        NOON,
    )
    await pool.execute("ANALYZE")
    measure = measure_of(pool)
    await measure()
    seconds: list[float] = []
    for _ in range(5):
        began = perf_counter()
        await measure()
        seconds.append(perf_counter() - began)
    assert min(seconds) < 2.0
