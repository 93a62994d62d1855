"""The gateway's gauges say what its tables say, whatever happens to jobs, and cost little at any size."""

import asyncio
import random
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from adapters.gateway.gatewaykit import CROWD, NOON, Clock, Crowd, Gateway, answer, job, request
from adapters.gateway.measuringkit import FILL_JOBS, FILL_TASKS, measure
from metricskit import growth, read_series
from shoal.contracts.samples import SampleErased
from shoal.observability.exposition import render_series
from shoal.persistence import open_pool
from shoal_gateway.adapters.postgres.tallies import PostgresTallies
from shoal_gateway.adapters.watching import Metrics
from shoal_gateway.domain.annotations import Action
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.usecases.inhouse.annotate import Submission

pytestmark = pytest.mark.servers
TRUE_TASKS = """
SELECT project, provider, campaign, lane, state, count(*), sum(votes_open(state, votes, answers, repeats))
FROM tasks GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
"""
TASK_TOTALS = """
SELECT project, provider, campaign, lane, state, tasks, votes_open FROM task_totals WHERE tasks <> 0
ORDER BY 1, 2, 3, 4, 5
"""
TRUE_COST = "SELECT coalesce(sum(price) FILTER (WHERE NOT surplus), 0) FROM annotations"


@pytest.fixture
async def gateway(gateway: Gateway, crowd: Crowd, migrated_dsn: str) -> AsyncIterator[Gateway]:
    """Yield a gateway that counts."""
    lookups = await open_pool(migrated_dsn, "gateway")
    yield Gateway(gateway.pool, lookups, Clock(), crowd, watch=Metrics())
    await lookups.close()


async def check_totals(gateway: Gateway) -> None:
    """Check that the totals are those of the rows."""
    await measure(gateway)
    assert await gateway.rows(TASK_TOTALS) == await gateway.rows(TRUE_TASKS)
    assert await gateway.rows("SELECT count(*) FROM task_changes") == [(0,)]
    spent = sum(read_series("shoal_gateway_spent_cost").values())
    assert await gateway.rows(TRUE_COST) == [(pytest.approx(spent),)]


async def crowd_numbers(gateway: Gateway, campaign: str) -> tuple[float, float, float, float]:
    """Measure and return open tasks, open votes, and costs spent and committed of a campaign at the crowd."""
    await measure(gateway)
    keys = {"project": "news", "provider": "crowd", "campaign": campaign}
    tasks = sum(read_series("shoal_gateway_open_tasks", **keys).values())
    values = [
        read_series(f"shoal_gateway_{name}", **keys)[()]
        for name in ("open_votes", "spent_cost", "committed_cost")
    ]
    return (tasks, *(round(value, 6) for value in values))  # type: ignore[return-value]


async def test_backlog_and_money_follow_votes_edits_skips_surplus_and_requests(gateway: Gateway) -> None:
    await gateway.create([job(1, campaign="wheat"), job(2, campaign="wheat")])
    assert await crowd_numbers(gateway, "wheat") == (2, 4, 0, 0.4)
    await gateway.send_all()
    task = await gateway.task_of("j1")
    await gateway.take_in(answer(task, "a", "x"))
    assert await crowd_numbers(gateway, "wheat") == (2, 3, 0.1, 0.4)
    await gateway.take_in(answer(task, "a", "y", 2), answer(task, "b", None, action="skipped"))
    assert await crowd_numbers(gateway, "wheat") == (2, 3, 0.1, 0.4)
    await gateway.take_in(answer(task, "c", "x"), answer(task, "d", "x"))  # d was not asked for
    assert await crowd_numbers(gateway, "wheat") == (1, 2, 0.2, 0.4)
    await gateway.requests([request(1, "more", 1, votes=3)])  # d's answer counts after all
    assert await crowd_numbers(gateway, "wheat") == (1, 2, 0.3, 0.5)
    await gateway.take_in(answer(task, "c", None, 2))  # deleted, and paid
    assert await crowd_numbers(gateway, "wheat") == (2, 3, 0.3, 0.6)
    await gateway.requests([request(2, "cancel", 1)])
    assert await crowd_numbers(gateway, "wheat") == (1, 1, 0.3, 0.4)
    await gateway.erase([SampleErased(project="news", sample_id="s1", reason="asked", erased_at=NOON)])
    assert await crowd_numbers(gateway, "wheat") == (0, 0, 0.3, 0.3)
    states = read_series("shoal_gateway_tasks", project="news", provider="crowd")
    assert states == {("planned",): 0, ("open",): 0, ("done",): 0, ("parked",): 0, ("cancelled",): 2}
    await check_totals(gateway)


async def test_the_audit_gold_items_and_reviews_are_told_apart(gateway: Gateway) -> None:
    jobs = [job(1, purpose="audit"), job(2, purpose="gold"), job(3, campaign="wheat"), job(4)]
    await gateway.create(jobs)
    await gateway.requests([request(3, "review", 1)])
    await measure(gateway)
    assert read_series("shoal_gateway_open_tasks", project="news") == {
        ("crowd", "(audit)", "label"): 1,
        ("crowd", "(gold)", "label"): 1,
        ("crowd", "wheat", "label"): 1,
        ("crowd", "", "label"): 1,
        ("inhouse", "wheat", "review"): 1,
    }


async def test_annotations_are_counted_by_campaign_with_their_price_and_duration(gateway: Gateway) -> None:
    await gateway.create([job(1, campaign="wheat", votes=2)])
    with (
        growth("shoal_gateway_annotations_total", project="news", found_by="poll") as counted,
        growth("shoal_gateway_annotation_cost_total", project="news") as cost,
        growth("shoal_gateway_surplus_annotations_total", project="news") as surplus,
        growth("shoal_gateway_task_delivery_seconds_count", project="news") as delivered,
        growth("shoal_gateway_vendor_call_seconds_count", project="news") as calls,
    ):
        await gateway.send_all()
        task = await gateway.task_of("j1")
        votes = [answer(task, who, "x") for who in "abc"]
        await gateway.take_in(answer(task, "d", None, action="skipped"), *votes)
        await gateway.take_in(*votes, answer(task, "a", "y", 2))  # the feed again, with an edit
    assert counted == {
        ("crowd", "wheat", "submitted"): 2,
        ("crowd", "wheat", "skipped"): 1,
        ("crowd", "wheat", "updated"): 1,
    }
    assert cost == {("crowd",): pytest.approx(0.2)}
    assert surplus == {("crowd",): 1}
    assert delivered == {("crowd",): 1}
    assert calls == {("crowd", "upsert", "ok"): 1}


async def test_answers_of_the_in_house_queue_have_the_price_that_it_was_given(gateway: Gateway) -> None:
    await gateway.configs.put(
        ProviderConfig(project="news", name="inhouse", kind="inhouse", price_per_vote=0.5)
    )
    await gateway.create([job(1, provider="inhouse", campaign="wheat")])
    await gateway.send_all()
    task = await gateway.task_of("j1")
    await gateway.annotate.answer(Submission(external_id=task, annotator="ann", label="x", duration_s=8.0))
    await measure(gateway)
    assert read_series("shoal_gateway_spent_cost", project="news") == {("inhouse", "wheat"): 0.5}
    assert read_series("shoal_gateway_committed_cost", project="news") == {("inhouse", "wheat"): 1.0}
    active = read_series("shoal_gateway_active_annotators", project="news")
    assert active == {("crowd",): 0, ("inhouse",): 1}
    await measure(gateway, later=timedelta(hours=1, seconds=5))
    assert read_series("shoal_gateway_active_annotators", project="news")["inhouse",] == 0


async def test_the_oldest_open_task_has_an_age_and_a_quiet_campaign_leaves(gateway: Gateway) -> None:
    await gateway.create([job(1, campaign="wheat"), job(2, campaign="corn")])
    await gateway.pool.execute("UPDATE tasks SET created_at = now() - interval '1 hour' WHERE job_id = 'j1'")
    await measure(gateway)
    ages = read_series("shoal_gateway_oldest_task_seconds", project="news", provider="crowd", lane="label")
    assert ages["wheat",] == pytest.approx(3600, abs=60)
    assert ages["corn",] < 60
    await gateway.requests([request(1, "cancel", 1)])
    await measure(gateway)
    assert read_series("shoal_gateway_oldest_task_seconds", project="news", campaign="wheat") == {
        ("crowd", "label"): 0
    }
    await measure(gateway, later=timedelta(days=8))
    open_tasks = read_series("shoal_gateway_open_tasks", project="news")
    assert open_tasks == {("crowd", "corn", "label"): 1}  # corn is open, and wheat was cancelled a week ago
    assert ("crowd", "wheat") in read_series("shoal_gateway_spent_cost", project="news")  # money stays
    await gateway.pool.execute("DELETE FROM intents")
    await gateway.pool.execute("DELETE FROM tasks")
    await gateway.pool.execute("DELETE FROM providers")
    await measure(gateway)
    for name in ("open_tasks", "open_votes", "spent_cost", "tasks", "webhook_inbox", "active_annotators"):
        assert read_series(f"shoal_gateway_{name}", project="news") == {}, name


async def test_waiting_and_parked_webhooks_are_counted_by_provider(gateway: Gateway) -> None:
    await gateway.create([job(1)])
    await gateway.send_all()
    task = await gateway.task_of("j1")
    await measure(gateway)
    inbox = read_series("shoal_gateway_webhook_inbox", project="news", provider="crowd")
    assert inbox == {("waiting",): 0, ("parked",): 0}
    for number in range(3):
        assert await gateway.inbox.keep(CROWD, f"w{number}", [answer(task, "a", "x")])
        assert not await gateway.inbox.keep(CROWD, f"w{number}", [])
    await gateway.pool.execute(
        """UPDATE webhook_inbox SET received_at = now() - interval '2 minutes', parked = webhook_id = 'w2'
           WHERE webhook_id <> 'w0'"""
    )
    await measure(gateway)
    inbox = read_series("shoal_gateway_webhook_inbox", project="news", provider="crowd")
    assert inbox == {("waiting",): 2, ("parked",): 1}
    ages = read_series("shoal_gateway_oldest_webhook_seconds", project="news", provider="crowd")
    assert ages[()] == pytest.approx(120, abs=60)
    await gateway.drain()
    await measure(gateway)
    inbox = read_series("shoal_gateway_webhook_inbox", project="news", provider="crowd")
    assert inbox == {("waiting",): 0, ("parked",): 1}


async def test_rare_events_of_a_configured_provider_start_at_zero(gateway: Gateway) -> None:
    await gateway.configs.put(ProviderConfig(project="fresh", name="acme", kind="crowd"))
    await measure(gateway)
    for name in ("poll_failures", "lane_failures", "surplus_annotations", "webhooks"):
        series = read_series(f"shoal_gateway_{name}_total", project="fresh", provider="acme")
        assert set(series.values()) == {0}, name


async def test_totals_stay_those_of_the_rows_whatever_happens(gateway: Gateway) -> None:
    chance = random.Random(14)
    await gateway.create([job(n, campaign=chance.choice(["a", "b", None])) for n in range(12)])
    await gateway.send_all()
    for round_ in range(1, 9):
        tasks = [row[0] for row in await gateway.rows("SELECT external_id FROM tasks WHERE lane = 'label'")]
        actions: list[tuple[str | None, int, Action]] = [
            ("x", 1, "submitted"),
            ("y", 2, "updated"),
            (None, 3, "deleted"),
            (None, 1, "skipped"),
        ]
        for task in chance.sample(tasks, 6):
            label, revision, action = chance.choice(actions)
            await gateway.take_in(answer(task, chance.choice("abcd"), label, revision, action))
        number, what = chance.randrange(12), chance.choice(["more", "review", "cancel"])
        await gateway.requests([request(number, what, round_, votes=3)])
        if round_ % 4 == 0:
            sample = f"s{chance.randrange(12)}"
            await gateway.erase(
                [SampleErased(project="news", sample_id=sample, reason="asked", erased_at=NOON)]
            )
        await gateway.send_all()
        await check_totals(gateway)


async def test_replicas_that_measure_together_count_a_change_once(gateway: Gateway) -> None:
    await gateway.create([job(n, campaign=f"c{n % 5}") for n in range(100)])
    readings = PostgresTallies(gateway.pool)
    await asyncio.gather(*(readings.fold() for _ in range(4)), *(measure(gateway) for _ in range(2)))
    await check_totals(gateway)
    assert sum(read_series("shoal_gateway_open_votes", project="news").values()) == 200


async def test_tasks_of_an_earlier_release_count_without_a_campaign(gateway: Gateway) -> None:
    await gateway.pool.execute(FILL_JOBS)
    await gateway.pool.execute(
        """INSERT INTO tasks (external_id, job_id, project, provider, lane, attempt, votes)
           VALUES ('t', 'j', 'news', 'crowd', 'label', 1, 2)"""
    )
    assert await crowd_numbers(gateway, "") == (1, 2, 0, 0.2)
    await check_totals(gateway)


async def test_odd_names_make_a_valid_exposition(gateway: Gateway) -> None:
    names = ['quo"te', "new\nline", "back\\slash", "\u00fc\u4e2d\u202e", "x" * 128]
    await gateway.pool.execute(FILL_JOBS)
    for name in names:
        await gateway.pool.execute(FILL_TASKS, name, name, True, 1)
    await measure(gateway)
    families = {family.name: family for family in text_string_to_metric_families(render_series()[0].decode())}
    read = {
        (sample.labels["project"], sample.labels["campaign"])
        for sample in families["shoal_gateway_open_votes"].samples
    }
    assert {(name, name) for name in names} <= read
