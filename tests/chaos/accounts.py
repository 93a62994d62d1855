"""The accounts of all projects: what was acknowledged went all the way, and everything counts once."""

from collections.abc import Sequence
from typing import Any

import asyncpg
from qdrant_client import AsyncQdrantClient

from chaos.books import Book
from chaos.letters import ingested_samples, unexpected_letters
from e2e.client import eventually
from shoal.contracts.samples import alias_name
from shoal_local.demo.workforce import Workforce
from shoal_local.stack import Stack

VOTES, MOST = 150, 3  # a campaign's budget, and votes of a job
REST_S = 120  # after an outage a group may wait for a lost answer (40 s) and for members (30 s)
NEWEST = """
    SELECT DISTINCT ON (provider, annotation_id) * FROM qa.annotations WHERE project = $1
    ORDER BY provider, annotation_id, revision DESC"""


class Accounts:
    """Compares the services' tables, the vector store, the vendor and the topics."""

    def __init__(self, stack: Stack, dsn: str, workforce: Workforce) -> None:
        self._stack = stack
        self._dsn = dsn
        self._workforce = workforce
        self._last: dict[str, Any] = {}

    async def balance(self, books: Sequence[Book]) -> None:
        """Wait until everything is at rest, then compare. Raises AssertionError."""
        conn = await asyncpg.connect(self._dsn)
        try:
            try:
                await eventually(lambda: self._rests(conn, books), REST_S)
            except AssertionError:
                raise AssertionError(f"not at rest within {REST_S} s: {self._last}") from None
            ingested = await ingested_samples(self._stack)
            for book in books:
                await no_sample_is_lost(conn, book, ingested)
                await self._vectors_are_there(book)
                await self._votes_count_once(conn, book)
                await no_budget_is_overrun(conn, book)
                await labels_agree_with_jobs(conn, book)
        finally:
            await conn.close()
        assert await unexpected_letters(self._stack) == []

    async def _rests(self, conn: Any, books: Sequence[Book]) -> bool:
        """Return whether everything that was acknowledged has gone all the way."""
        projects = [book.project for book in books]
        samples = sum(len(book.samples) + len(book.paired) for book in books)
        queries = {
            "undecided": (
                "SELECT $2 - count(*) FROM sampler.decisions WHERE project = ANY($1)",
                [*projects, *(book.pairs for book in books)],
                samples,
            ),
            "open jobs": (
                "SELECT (SELECT count(*) FROM sampler.chosen WHERE project = ANY($1)) - count(*) FROM qa.jobs "
                "WHERE project = ANY($1) AND state IN ('accepted', 'closed')",
                projects,
            ),
            "unread votes": (
                "SELECT count(*) FROM qa.annotations a LEFT JOIN qa.fits f USING (project, major) "
                "WHERE project = ANY($1) AND a.seq > coalesce(f.seen, 0)",
                projects,
            ),
            "votes on their way to qa": (
                "SELECT (SELECT count(*) FROM gateway.annotations WHERE project = ANY($1) AND NOT surplus) - "
                "(SELECT count(*) FROM qa.annotations WHERE project = ANY($1))",
                projects,
            ),
            "intents": (
                "SELECT count(*) FROM gateway.intents WHERE project = ANY($1) AND state IN ('pending', 'parked')",
                projects,
            ),
            "unlearned": (
                "SELECT count(*) FROM (SELECT project, sample_id, max(revision) FROM qa.labels "
                "WHERE project = ANY($1) GROUP BY 1, 2 "
                "EXCEPT SELECT project, sample_id, revision FROM sampler.labels) missing",
                projects,
            ),
        }
        self._last = {name: await conn.fetchval(*query) for name, query in queries.items()}
        for schema in ("ingest", "sampler", "gateway", "qa"):
            self._last[f"{schema}'s outbox"] = await conn.fetchval(f"SELECT count(*) FROM {schema}.outbox")
        return not any(self._last.values())

    async def _vectors_are_there(self, book: Book) -> None:
        port = int(self._stack.environment["SHOAL_QDRANT_GRPC_PORT"])
        url = self._stack.environment["SHOAL_QDRANT_URL"]
        client = AsyncQdrantClient(url, grpc_port=port, prefer_grpc=True, check_compatibility=False)
        try:
            assert (await client.count(alias_name(book.project))).count == len(book.samples)
            assert (await client.count(alias_name(book.pairs))).count == len(book.paired)
        finally:
            await client.close()

    async def _votes_count_once(self, conn: Any, book: Book) -> None:
        """Compare the vendor's own feed with the gateway, and votes that count with qa: each once."""
        feed = self._workforce.board.feed(book.project, None, 10**6).annotations
        votes = sorted((entry["annotation_id"], entry["revision"]) for entry in feed)
        rows = await conn.fetch(
            "SELECT annotation_id, revision, surplus FROM gateway.annotations WHERE project = $1",
            book.project,
        )
        assert sorted((row["annotation_id"], row["revision"]) for row in rows) == votes
        announced = sorted((row["annotation_id"], row["revision"]) for row in rows if not row["surplus"])
        query = "SELECT annotation_id, revision FROM qa.annotations WHERE project = $1"
        assert sorted(map(tuple, await conn.fetch(query, book.project))) == announced
        twice = f"""SELECT job_id, annotator FROM ({NEWEST}) newest
                    WHERE label IS NOT NULL GROUP BY 1, 2 HAVING count(*) > 1"""
        assert await conn.fetch(twice, book.project) == []


async def no_sample_is_lost(conn: Any, book: Book, ingested: set[tuple[str, str]]) -> None:
    """Compare the acknowledged samples with those of the topic and of the sampler: the same ids."""
    for project, samples in ((book.project, book.samples), (book.pairs, book.paired)):
        assert {sample for name, sample in ingested if name == project} == samples, project
        rows = await conn.fetch("SELECT sample_id FROM sampler.decisions WHERE project = $1", project)
        assert {row["sample_id"] for row in rows} == samples, project
        assert len(rows) == len(samples), project


async def no_budget_is_overrun(conn: Any, book: Book) -> None:
    """Compare the campaign's votes with the jobs and votes that the services have."""
    query = "SELECT votes_reserved, jobs FROM sampler.campaigns WHERE project = $1"
    reserved, jobs = await conn.fetchrow(query, book.project)
    assert 0 < reserved <= VOTES
    assert jobs * MOST == reserved
    votes = await conn.fetch(
        f"SELECT count(*) AS votes FROM ({NEWEST}) newest WHERE label IS NOT NULL GROUP BY job_id",
        book.project,
    )
    assert max(row["votes"] for row in votes) <= MOST
    assert sum(row["votes"] for row in votes) <= VOTES
    for table in ("sampler.chosen", "gateway.jobs", "qa.jobs"):
        rows = await conn.fetch(f"SELECT job_id FROM {table} WHERE project = $1", book.project)
        assert len({row["job_id"] for row in rows}) == len(rows) == jobs, table


async def labels_agree_with_jobs(conn: Any, book: Book) -> None:
    """Compare labels with the jobs they settle: one for each accepted job, and the sampler knows them."""
    wrong = await conn.fetch(
        """SELECT j.job_id FROM qa.jobs j LEFT JOIN qa.labels l ON l.job_id = j.job_id AND l.revision = j.revision
           WHERE j.project = $1
             AND ((j.state = 'accepted') <> coalesce(l.state IN ('accepted', 'revised'), false)
                  OR (j.state = 'accepted' AND l.label IS DISTINCT FROM j.label))""",
        book.project,
    )
    assert wrong == []
    twice = """SELECT sample_id FROM qa.labels l WHERE project = $1 AND state = 'accepted'
               GROUP BY 1 HAVING count(DISTINCT job_id) > 1"""
    assert await conn.fetch(twice, book.project) == []
