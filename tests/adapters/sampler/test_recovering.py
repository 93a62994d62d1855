"""The sampler's tables were restored to an earlier moment: decisions stay, and budgets count their jobs."""

from typing import Any

import pytest

from adapters.sampler.samplerkit import Replica, campaign, samples, spent
from pastkit import FakeHistory, go_back, remember, table_rows
from shoal.contracts.topics import SAMPLES_EMBEDDED
from shoal_sampler.recovering import recover_tables
from shoal_sampler.usecases.campaigns.manage import ManageCampaigns

pytestmark = pytest.mark.servers
DECISIONS = "SELECT sample_id, taken, policies FROM decisions ORDER BY 1"
CHOSEN = "SELECT sample_id, generation, vector, content_hash, job_id, purpose, votes FROM chosen ORDER BY 1"
DAYS = "SELECT policy, day, units FROM days ORDER BY 1, 2"
CAMPAIGNS = "SELECT name, state, version, votes_reserved, taken, shared, jobs FROM campaigns ORDER BY 1"
WAITING = "SELECT sample_id FROM waiting ORDER BY 1"
STATE = (DECISIONS, CHOSEN, DAYS, CAMPAIGNS)


async def test_decisions_and_budgets_come_back(pool: Any, manage: ManageCampaigns) -> None:
    history, replica = FakeHistory(), Replica(pool)
    await manage.create("news", campaign("dice", 60, kind="random", share=0.5))
    arrivals = samples(120)
    history.add(SAMPLES_EMBEDDED, [arrival.event for arrival in arrivals])
    await replica.receive(arrivals[:30])
    await history.add_announced(pool)
    await remember(pool)
    window = {"kind": "uncertainty", "share": 0.2, "window_samples": 20, "window_seconds": 3600}
    await manage.create("news", campaign("doubt", 45, **window))
    await replica.receive(arrivals[30:])
    await manage.move("news", "dice", "paused")
    await history.add_announced(pool)
    before = [await table_rows(pool, sql) for sql in STATE]
    waiting = await table_rows(pool, WAITING)
    await go_back(pool)
    counts = await recover_tables(pool, history)
    assert counts["campaigns"] == 2
    assert [await table_rows(pool, sql) for sql in STATE] == before
    again = await recover_tables(pool, history)
    assert (again["chosen"], again["decisions"]) == (0, 0)
    later = Replica(pool)
    for start in (60, 0, 90, 30):  # the groups read again, in another order
        await later.receive(arrivals[start : start + 30])
    assert [await table_rows(pool, sql) for sql in STATE] == before
    assert await table_rows(pool, WAITING) == waiting
    assert (await spent(pool))["dice"][0] <= 60


async def test_a_decision_whose_job_was_not_announced_is_made_again(
    pool: Any, manage: ManageCampaigns
) -> None:
    history, replica = FakeHistory(), Replica(pool)
    await manage.create("news", campaign("dice", 60, kind="random", share=1.0))
    await history.add_announced(pool)
    await remember(pool)
    await replica.receive(samples(2))
    await pool.execute("DELETE FROM outbox WHERE topic = 'labeling.jobs'")
    await history.add_announced(pool)
    await go_back(pool)
    await recover_tables(pool, history)
    await Replica(pool).receive(samples(2))
    assert await pool.fetchval("SELECT count(*) FROM outbox WHERE topic = 'labeling.jobs'") == 2
