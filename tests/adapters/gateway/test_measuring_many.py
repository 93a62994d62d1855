"""Gauges of many tasks and campaigns: projects keep their series, and no reading goes through all rows."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from adapters.gateway.gatewaykit import Clock, Crowd, Gateway
from adapters.gateway.measuringkit import FILL_JOBS, FILL_TASKS, measure
from metricskit import read_series
from shoal.observability.declaring import MOST_OF_PROJECT, OTHER
from shoal.persistence import open_pool
from shoal_gateway.adapters.postgres import tallies
from shoal_gateway.adapters.postgres.tallies import PostgresTallies
from shoal_gateway.adapters.watching import Metrics

pytestmark = pytest.mark.servers


@pytest.fixture
async def gateway(gateway: Gateway, crowd: Crowd, migrated_dsn: str) -> AsyncIterator[Gateway]:
    """Yield a gateway that counts."""
    lookups = await open_pool(migrated_dsn, "gateway")
    yield Gateway(gateway.pool, lookups, Clock(), crowd, watch=Metrics())
    await lookups.close()


async def test_a_project_with_many_campaigns_takes_no_series_of_others(gateway: Gateway) -> None:
    await gateway.pool.execute(FILL_JOBS)
    await gateway.pool.execute(FILL_TASKS, "large", "c", False, 1000)
    await gateway.pool.execute(FILL_TASKS, "small", "only", True, 3)
    for _ in range(2):
        await measure(gateway)
        votes = read_series("shoal_gateway_open_votes", project="large")
        assert sum(votes.values()) == 2000
        assert votes[OTHER, OTHER] == 2000 - 2 * MOST_OF_PROJECT
        assert read_series("shoal_gateway_open_votes", project="small") == {("crowd", "only"): 6}


@pytest.mark.parametrize("statement", ["lanes", "money", "providers"])
async def test_no_reading_goes_through_all_tasks_or_annotations(gateway: Gateway, statement: str) -> None:
    await gateway.pool.execute(FILL_JOBS)
    for number in range(20):
        await gateway.pool.execute(FILL_TASKS, "news", f"c{number}", True, 1000)
    await gateway.pool.execute("UPDATE tasks SET state = 'done', answers = 2 WHERE attempt > 10")
    await gateway.pool.execute(
        """INSERT INTO annotations (project, provider, annotation_id, revision, external_id, annotator, action,
                                    price, submitted_at, received_at, found_by)
           SELECT project, provider, external_id, 1, external_id, 'a' || attempt % 50, 'submitted', 0.1, now(),
                  now() - attempt * interval '1 minute', 'poll' FROM tasks"""
    )
    await PostgresTallies(gateway.pool).fold()
    await gateway.pool.execute("VACUUM ANALYZE")
    plan = await explain(gateway.pool, statement)
    assert reading_of(plan, "tasks") <= 40
    assert reading_of(plan, "annotations") <= 2000  # of the last hour


async def explain(pool: Any, statement: str) -> list[dict[str, Any]]:
    """Return the nodes of a reading's plan, as executed."""
    sql = getattr(tallies, statement.upper())
    values = [datetime.now(UTC) - timedelta(hours=1)] if "$1" in sql else []
    answer = await pool.fetchval("EXPLAIN (ANALYZE, FORMAT JSON) " + sql, *values)
    nodes, found = [orjson.loads(answer)[0]["Plan"]], []
    while nodes:
        found.append(node := nodes.pop())
        nodes += node.get("Plans", [])
    return found


def reading_of(nodes: list[dict[str, Any]], table: str) -> float:
    """Return the rows that a plan reads from a table, also those that it drops."""
    return sum(
        (node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"]
        for node in nodes
        if node.get("Relation Name") == table
    )
