"""Guidelines and rules in PostgreSQL; guidelines are announced through the outbox."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shoal.contracts.labels import GuidelineRef
from shoal.contracts.quality import GuidelinePublished, fill_prelabels
from shoal.persistence import Outbox
from shoal_qa.domain.guidelines import next_version
from shoal_qa.usecases.announce import guideline_message
from shoal_qa.usecases.answer_terms import answer_terms, read_schema
from shoal_qa.usecases.rules import Rule

COLUMNS = "project, major, minor, document, published_at"
GUIDELINES_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"


class PostgresGuidelines:
    """Guidelines by project. A lock per project keeps numbers without gaps and events in order."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._outbox = Outbox()

    async def publish(
        self, project: str, document: Mapping[str, Any], now: datetime
    ) -> tuple[GuidelinePublished, bool]:
        """Store the next version, unless it equals the latest; return it and whether it is new."""
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute(GUIDELINES_LOCK, f"qa.guidelines.{project}")
            latest = await conn.fetchrow(
                f"SELECT {COLUMNS} FROM guidelines WHERE project = $1 ORDER BY major DESC, minor DESC LIMIT 1",
                project,
            )
            if latest is not None and _is_same(guideline_event(latest), document):
                return guideline_event(latest), False
            version = None if latest is None else (latest["major"], latest["minor"])
            old = [] if latest is None else _document_terms(latest["document"])
            major, minor = next_version(version, old, _document_terms(document))
            row = await conn.fetchrow(
                """INSERT INTO guidelines (project, major, minor, document, published_at)
                   VALUES ($1, $2, $3, $4, $5) RETURNING project, major, minor, document, published_at""",
                project,
                major,
                minor,
                dict(document),
                now,
            )
            event = guideline_event(row)
            await self._outbox.add_checked(conn, [guideline_message(event)])
            return event, True

    async def all(self, project: str) -> list[GuidelinePublished]:
        """Return every version, oldest first."""
        rows = await self._pool.fetch(
            f"SELECT {COLUMNS} FROM guidelines WHERE project = $1 ORDER BY major, minor", project
        )
        return [guideline_event(row) for row in rows]


class PostgresRules:
    """One rule per project."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def get(self, project: str) -> Rule:
        """Return the project's rule, or the default."""
        body = await self._pool.fetchval("SELECT body FROM rules WHERE project = $1", project)
        return Rule() if body is None else Rule.model_validate(body)

    async def put(self, project: str, rule: Rule, now: datetime) -> None:
        """Replace the rule; every job of the project is evaluated again."""
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute(
                """INSERT INTO rules (project, body, changed_at) VALUES ($1, $2, $3)
                   ON CONFLICT (project) DO UPDATE SET body = $2, changed_at = $3""",
                project,
                rule.model_dump(),
                now,
            )
            await conn.execute("UPDATE fits SET seen = 0, number = number + 1 WHERE project = $1", project)


def _document_terms(document: Mapping[str, Any]) -> list[str]:
    return answer_terms(read_schema(document["label_schema"]))


def _is_same(latest: GuidelinePublished, document: Mapping[str, Any]) -> bool:
    """Return whether a document says what a guideline says; fields with defaults may be absent."""
    fields = latest.model_dump(mode="json") | fill_prelabels(dict(document))
    return GuidelinePublished.model_validate(fields) == latest


def guideline_event(row: Any) -> GuidelinePublished:
    """Return the guideline of a row with COLUMNS."""
    document = row["document"]
    return GuidelinePublished(
        project=row["project"],
        guideline=GuidelineRef(major=row["major"], minor=row["minor"]),
        title=document["title"],
        text=document["text"],
        label_schema=document["label_schema"],
        **{name: document[name] for name in ("prelabels", "prelabels_allowed") if name in document},
        published_at=row["published_at"],
    )
