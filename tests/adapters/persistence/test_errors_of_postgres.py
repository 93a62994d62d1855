"""Errors that a real PostgreSQL raises have the action that docs/outages.md says."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest

from databasekit import create_database
from shoal.outages import Action, action_for
from shoal.outages.postgres import CLASSES, STATES
from shoal.persistence import open_pool
from shoal_local.stack import Stack
from unit.outages.test_actions import states_of_postgres

pytestmark = pytest.mark.servers
Work = Callable[[], Awaitable[object]]


@pytest.fixture
async def conn(postgres_dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(postgres_dsn)
    await connection.execute("CREATE TABLE item (id int PRIMARY KEY, name text)")
    await connection.execute("INSERT INTO item VALUES (1, 'a'), (2, 'b')")
    yield connection
    await connection.close()


async def error_of(work: Awaitable[object]) -> Exception:
    """Return the error that `work` ends with."""
    with pytest.raises(Exception) as raised:
        await work
    assert isinstance(raised.value, Exception)
    return raised.value


async def test_every_state(conn: asyncpg.Connection) -> None:
    for state in [*states_of_postgres(), "53999", "QQ123"]:
        error = await error_of(
            conn.execute(f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{state}'; END $$")
        )
        assert isinstance(error, asyncpg.PostgresError)
        assert error.sqlstate == state
        rule = STATES.get(state) or CLASSES.get(state[:2])
        assert action_for(error) is (rule.action if rule else Action.REFUSE), state


async def test_a_server_that_is_read_only(conn: asyncpg.Connection, postgres_dsn: str) -> None:
    name = urlsplit(postgres_dsn).path.lstrip("/")
    await conn.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    pool = await open_pool(postgres_dsn, "public")
    assert action_for(await error_of(pool.execute("INSERT INTO item VALUES (3)"))) is Action.WAIT
    await pool.close()


async def test_too_many_connections_and_a_wrong_role(conn: asyncpg.Connection, postgres_dsn: str) -> None:
    role = f"role_{uuid4().hex}"
    await conn.execute(f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 1")
    parts = urlsplit(postgres_dsn)
    address = f"{parts.hostname}:{parts.port}"
    dsn = urlunsplit(parts._replace(netloc=f"{role}@{address}"))
    first = await asyncpg.connect(dsn)
    assert action_for(await error_of(asyncpg.connect(dsn))) is Action.WAIT
    assert action_for(await error_of(first.execute("SELECT * FROM item"))) is Action.HALT  # no privilege
    await first.close()
    await conn.execute(f"DROP ROLE {role}")
    assert action_for(await error_of(asyncpg.connect(dsn))) is Action.HALT
    missing = urlunsplit(parts._replace(path="/missing"))
    assert action_for(await error_of(asyncpg.connect(missing))) is Action.HALT


async def test_time_outs_and_conflicts(conn: asyncpg.Connection, postgres_dsn: str) -> None:
    other = await asyncpg.connect(postgres_dsn)
    # The limit ends with the statement: it must not end the ones that follow on a busy machine.
    limited = "SET statement_timeout = '50ms'; SELECT pg_sleep(60)"
    assert action_for(await error_of(conn.execute(limited))) is Action.RETRY
    assert await conn.fetchval("SHOW statement_timeout") == "0"
    await conn.execute("SET lock_timeout = '50ms'")
    async with other.transaction():
        await other.execute("UPDATE item SET name = 'c' WHERE id = 1")
        assert action_for(await error_of(conn.execute("UPDATE item SET name = 'd' WHERE id = 1"))) is (
            Action.RETRY
        )
    await conn.execute("SET lock_timeout = 0")

    async def update_after_read() -> None:
        async with conn.transaction(isolation="serializable"):
            await conn.fetch("SELECT * FROM item")
            await other.execute("UPDATE item SET name = 'e'")
            await conn.execute("UPDATE item SET name = 'f'")

    assert action_for(await error_of(update_after_read())) is Action.RETRY

    async def lock_both(connection: asyncpg.Connection, ids: tuple[int, int], meet: asyncio.Barrier) -> None:
        async with connection.transaction():
            await connection.execute("UPDATE item SET name = 'g' WHERE id = $1", ids[0])
            await meet.wait()
            await connection.execute("UPDATE item SET name = 'g' WHERE id = $1", ids[1])

    meet = asyncio.Barrier(2)
    results = await asyncio.gather(
        lock_both(conn, (1, 2), meet), lock_both(other, (2, 1), meet), return_exceptions=True
    )
    (deadlock,) = [result for result in results if isinstance(result, asyncpg.DeadlockDetectedError)]
    assert action_for(deadlock) is Action.RETRY
    await other.close()


async def test_an_operator_ends_a_session_and_drops_a_table(
    conn: asyncpg.Connection, postgres_dsn: str
) -> None:
    other = await asyncpg.connect(postgres_dsn)
    asleep = asyncio.create_task(other.execute("SELECT pg_sleep(60)"))
    await asyncio.sleep(0)
    while not await conn.fetchval("SELECT pg_terminate_backend($1)", other.get_server_pid()):
        await asyncio.sleep(0.01)
    assert action_for(await error_of(asleep)) is Action.WAIT
    assert action_for(await error_of(other.execute("SELECT 1"))) is Action.WAIT
    await conn.execute("ALTER TABLE item RENAME COLUMN name TO title")
    assert action_for(await error_of(conn.execute("SELECT name FROM item"))) is Action.HALT
    await conn.execute("DROP TABLE item")
    assert action_for(await error_of(conn.execute("SELECT 1 FROM item"))) is Action.HALT


async def test_a_migration_between_two_queries(conn: asyncpg.Connection, postgres_dsn: str) -> None:
    other = await asyncpg.connect(postgres_dsn)
    query = "SELECT * FROM item WHERE id = $1"
    await other.fetch(query, 1)
    await conn.execute("ALTER TABLE item ALTER COLUMN name TYPE varchar(10)")

    async def read() -> None:
        async with other.transaction():
            await other.fetch(query, 1)

    assert action_for(await error_of(read())) is Action.RETRY
    await read()
    await other.close()


async def test_values_that_postgres_cannot_hold(conn: asyncpg.Connection) -> None:
    for values in [(1, "twice"), (3, "a\x00b"), (2**40, "x"), ("pool is closed", "x")]:
        error = await error_of(conn.execute("INSERT INTO item VALUES ($1, $2)", *values))
        assert action_for(error) is Action.REFUSE, values
    await conn.execute("CREATE INDEX ON item (name)")
    noise = os.urandom(20_000).hex()  # larger than an index takes, also compressed
    error = await error_of(conn.execute("INSERT INTO item VALUES (4, $1)", noise))
    assert action_for(error) is Action.REFUSE


@pytest.fixture
def small_disk(stack: Stack, tmp_path: Path) -> Iterator[Path]:
    folder = Path("/tmp") / f"shoal-small-{uuid4().hex}"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m,mode=0777", "tmpfs", str(folder)]
    if "postgres" not in stack.servers or subprocess.run(mount, capture_output=True, check=False).returncode:
        folder.rmdir()
        pytest.skip("needs the right to mount a file system")
    space = folder / "space"
    space.mkdir()
    if user := stack.servers["postgres"].user:  # type: ignore[attr-defined]
        shutil.chown(space, user)
    space.chmod(0o700)
    yield space
    subprocess.run(["umount", str(folder)], check=False)
    folder.rmdir()


async def test_a_full_disk(conn: asyncpg.Connection, small_disk: Path) -> None:
    name = f"small_{uuid4().hex}"
    await conn.execute(f"CREATE TABLESPACE {name} LOCATION '{small_disk}'")
    try:
        await conn.execute(f"CREATE TABLE big (value text) TABLESPACE {name}")
        fill = "INSERT INTO big SELECT repeat('x', 1000) FROM generate_series(1, 10000)"
        error = await error_of(conn.execute(fill))
        assert isinstance(error, asyncpg.DiskFullError)
        assert action_for(error) is Action.WAIT
        await conn.execute("DROP TABLE big")
    finally:
        await conn.execute(f"DROP TABLESPACE {name}")


async def test_a_dropped_database(stack: Stack) -> None:
    dsn = await create_database(stack.postgres_dsn)
    pool = await open_pool(dsn, "public", min_size=1, max_size=1)
    conn = await asyncpg.connect(stack.postgres_dsn)
    await conn.execute(f'DROP DATABASE "{urlsplit(dsn).path.lstrip("/")}" WITH (FORCE)')
    await conn.close()
    actions = [action_for(await error_of(pool.execute("SELECT 1"))) for _ in range(3)]
    assert set(actions) <= {Action.WAIT, Action.HALT}
    assert actions[-1] is Action.HALT
    pool.terminate()
