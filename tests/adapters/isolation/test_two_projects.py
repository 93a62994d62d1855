"""Two projects with the same ids, names, people and vendors: each has the accounts it would have alone."""

from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from random import Random
from typing import Any

import pytest

from adapters.isolation.loopkit import SCHEMAS, Loop, Pools
from adapters.isolation.scenario import PROJECTS, Tenant
from shoal.persistence import open_pool

pytestmark = [pytest.mark.servers, pytest.mark.timeout(180)]
# What depends on the moment or on how many rows all projects have.
NOT_COMPARED = frozenset(
    {
        "seq",
        "changed_at",
        "state_since",
        "claimed_at",
        "created_at",
        "received_at",
        "updated_at",
        "next_at",
        "measured_at",
        "decided_at",
        "seen",
        "lease",
        "leased_until",
    }
)
ID_COLUMNS = ("job_id", "external_id", "intent_id", "campaign_id")
Accounts = dict[str, list[str]]


@pytest.fixture
async def pools(migrated_dsn: str) -> AsyncIterator[Pools]:
    async with AsyncExitStack() as stack:
        pools = {}
        for schema in SCHEMAS:
            pools[schema] = await open_pool(migrated_dsn, schema)
            stack.push_async_callback(pools[schema].close)
        yield pools


async def tables_of(pool: Any) -> list[str]:
    """Return the tables of the pool's schema that have a project."""
    rows = await pool.fetch(
        """SELECT table_name FROM information_schema.columns
           WHERE table_schema = current_schema() AND column_name = 'project' ORDER BY 1"""
    )
    return [row["table_name"] for row in rows]


async def empty_tables(pools: Pools) -> None:
    for pool in pools.values():
        names = ", ".join([*await tables_of(pool), "outbox"])
        await pool.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")


async def accounts_of(pools: Pools, project: str) -> Accounts:
    """Return all rows of a project by table, as sorted texts."""
    accounts: Accounts = {}
    for schema, pool in pools.items():
        for table in await tables_of(pool):
            rows = await pool.fetch(f"SELECT * FROM {table} WHERE project = $1", project)
            accounts[f"{schema}.{table}"] = sorted(
                repr({name: value for name, value in row.items() if name not in NOT_COMPARED}) for row in rows
            )
    return accounts


async def run_projects(pools: Pools, projects: Sequence[str], seed: int) -> tuple[Loop, dict[str, Accounts]]:
    """Run projects side by side through the loop; return it with the accounts of each."""
    await empty_tables(pools)
    loop, chance = Loop(pools), Random(seed)
    tenants = [Tenant(loop, project, seed) for project in projects]
    for step in ("set_up", "start_campaigns", "add_gold"):
        await _take_step(loop, tenants, step, chance)
    for numbers in (range(8), range(4, 14)):
        halves = [half for tenant in tenants for half in tenant.halves(numbers)]
        chance.shuffle(halves)
        assert await loop.join(halves) == []
        await loop.settle()
        for step in ("work", "refit", "erase", "add_gold", "work", "refit", "review"):
            await _take_step(loop, tenants, step, chance)
    await _take_step(loop, tenants, "freeze", chance)
    accounts = {}
    for tenant in tenants:
        rows = await accounts_of(pools, tenant.project)
        rejected = [reason for project, reason in loop.rejected if project == tenant.project]
        messages = [message for message in loop.messages if message.project == tenant.project]
        accounts[tenant.project] = rows | {
            "refusals": tenant.refusals,
            "rejected": rejected,
            # The id of an event about providers has the moment of the change.
            "messages": sorted(str(message) for message in messages if message.topic != "providers.changed"),
        }
    return loop, accounts


async def _take_step(loop: Loop, tenants: list[Tenant], step: str, chance: Random) -> None:
    if step == "refit":
        await loop.qa.refit()
    else:
        for tenant in chance.sample(tenants, len(tenants)):
            await getattr(tenant, step)()
    await loop.settle()


@pytest.mark.parametrize("seed", range(4))
async def test_each_project_is_as_if_it_were_alone(pools: Pools, seed: int) -> None:
    loop, together = await run_projects(pools, PROJECTS, seed)
    await _check_ids(pools, loop)
    for project in PROJECTS:
        _, alone = await run_projects(pools, [project], seed)
        for table, rows in alone[project].items():
            assert together[project][table] == rows, table
        assert alone[project]["qa.labels"], "the loop accepted no label"


async def _check_ids(pools: Pools, loop: Loop) -> None:
    """Check that no id, Kafka key or event id belongs to two projects."""
    for field in ("key", "event_id"):
        owners: dict[Any, set[str]] = defaultdict(set)
        for message in loop.messages:
            owners[message.topic, getattr(message, field)].add(message.project)
        assert [name for name, projects in owners.items() if len(projects) > 1] == []
    for pool in pools.values():
        rows = await pool.fetch(
            """SELECT table_name, column_name FROM information_schema.columns
               WHERE table_schema = current_schema() AND column_name = ANY($1::text[])
                 AND table_name <> 'refused_annotations' -- has the ids that vendors sent
                 AND table_name IN (SELECT table_name FROM information_schema.columns
                                    WHERE table_schema = current_schema() AND column_name = 'project')""",
            list(ID_COLUMNS),
        )
        for table, column in rows:
            shared = await pool.fetch(
                f"SELECT {column} FROM {table} WHERE {column} IS NOT NULL GROUP BY 1"
                " HAVING count(DISTINCT project) > 1"
            )
            assert shared == [], (table, column)
