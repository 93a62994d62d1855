"""Which fits are due: those with newer annotations, found without a look at every annotation."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from adapters.qa.qakit import NOON, Qa, vote
from shoal_qa.adapters.postgres import fits
from shoal_qa.adapters.postgres.fits import PostgresFits
from shoal_qa.usecases.annotations.record import RecordAnnotations

pytestmark = pytest.mark.servers
BY_GROUPS = """
SELECT latest.project, latest.major FROM
    (SELECT project, major, max(seq) AS seq FROM annotations GROUP BY project, major) latest
LEFT JOIN fits f USING (project, major)
WHERE f.seen IS NULL OR f.seen < latest.seq ORDER BY 1, 2
"""
ADD = """
INSERT INTO annotations (project, provider, annotation_id, revision, job_id, sample_id, annotator, purpose, major,
                         action, label, price, submitted_at, event, place)
SELECT $1, 'crowd', 'a' || $3::text || '-' || n, 1, 'j' || n, 's' || n, 'ann', 'label', $2,
       'submitted', 'x', 0, $5, '{}', '0/0'
FROM generate_series(1, $4::int) n
"""


async def add(qa: Qa, project: str, major: int, batch: int, count: int) -> None:
    """Store annotations, as qa's consumer stores them."""
    await qa.pool.execute(ADD, project, major, str(batch), count, NOON)


async def see(qa: Qa, project: str, major: int, seen: int) -> None:
    """Store a fit that has seen the annotations up to a number."""
    await qa.pool.execute(
        """INSERT INTO fits (project, major, number, seen, body, fitted_at) VALUES ($1, $2, 1, $3, $4, $5)
           ON CONFLICT (project, major) DO UPDATE SET seen = excluded.seen""",
        *(project, major, seen, b"", NOON),
    )


async def read_blocks(qa: Qa) -> int:
    """Return the number of blocks that the query of due fits reads."""
    await qa.pool.execute("VACUUM ANALYZE annotations")
    plan: Any = await qa.pool.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {fits._DUE}")
    (top,) = json.loads(plan) if isinstance(plan, str) else plan
    return int(top["Plan"]["Shared Hit Blocks"] + top["Plan"]["Shared Read Blocks"])


async def test_nothing_is_due_without_annotations(qa: Qa) -> None:
    assert await PostgresFits(qa.pool).due() == []
    await see(qa, "news", 1, 7)
    assert await PostgresFits(qa.pool).due() == []


async def test_the_due_fits_are_those_of_a_look_at_every_annotation(qa: Qa) -> None:
    chance, seen_due = random.Random(4), 0
    for batch in range(40):
        project, major = chance.choice("abcd"), chance.randint(1, 3)
        await add(qa, project, major, batch, chance.randint(1, 3))
        newest = await qa.pool.fetchval(
            "SELECT max(seq) FROM annotations WHERE project = $1 AND major = $2", project, major
        )
        if chance.random() < 0.7:
            await see(qa, project, major, newest - chance.randint(0, 1))
        due = await PostgresFits(qa.pool).due()
        assert due == [tuple(row) for row in await qa.pool.fetch(BY_GROUPS)]
        seen_due += len(due)
    assert seen_due > 0


class Late:
    """A database whose transactions commit when the gate opens."""

    def __init__(self, database: Any) -> None:
        self.database, self.wrote, self.gate = database, asyncio.Event(), asyncio.Event()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Any]:
        async with self.database.transaction() as tx:
            yield tx
            self.wrote.set()
            await self.gate.wait()


async def test_annotations_that_commit_late_are_in_no_fits_past(qa: Qa) -> None:
    """A fit has seen all annotations up to a number, so the numbers appear in the order of commits."""
    late = Late(qa.database)
    first = asyncio.create_task(RecordAnnotations(late, qa.evaluate)([vote(1, "ann", "x")]))
    await late.wrote.wait()
    second = asyncio.create_task(qa.annotations([vote(2, "bob", "x")]))
    await asyncio.wait([second], timeout=0.3)
    await qa.refit()()  # sees what has committed so far
    late.gate.set()
    await asyncio.gather(first, second)
    assert await PostgresFits(qa.pool).due() == [("news", 1)]
    await qa.refit()()
    assert await PostgresFits(qa.pool).due() == []


async def test_more_annotations_cost_no_more_reads(qa: Qa) -> None:
    for number, project in enumerate(("one", "two", "three")):
        await add(qa, project, 1, number, 200)
    few = await read_blocks(qa)
    for number, project in enumerate(("one", "two", "three"), start=10):
        await add(qa, project, 1, number, 20_000)
    assert await read_blocks(qa) < few + 40
    assert await PostgresFits(qa.pool).due() == [("one", 1), ("three", 1), ("two", 1)]
