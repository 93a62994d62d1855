"""Guidelines and rules in PostgreSQL; guidelines are announced through the outbox."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from shoal.contracts.labels import GuidelineRef
from shoal.contracts.quality import GuidelinePublished, LabelChanges, fill_prelabels
from shoal.persistence import Outbox
from shoal_qa.domain.guidelines import next_version
from shoal_qa.usecases.announce import guideline_message
from shoal_qa.usecases.answers.terms import answer_terms, read_schema
from shoal_qa.usecases.guideline_changes import domain_changes, refuse_first, same_statement, state_changes
from shoal_qa.usecases.rules import Rule

COLUMNS = "project, major, minor, document, published_at"
_DOCUMENT = {"title", "text", "label_schema", "prelabels", "prelabels_allowed"}
GUIDELINES_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"


class PostgresGuidelines:
    """Guidelines by project. A lock per project keeps numbers without gaps and events in order."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        self._outbox = Outbox()

    async def publish(
        self, project: str, document: Mapping[str, Any], now: datetime
    ) -> tuple[GuidelinePublished, bool]:
        """Store the next version, unless it equals the latest; return it and whether it is new.

        Raises Refused unless the document says what happens to labels of classes that it removes.
        """
        async with self._pool.acquire() as conn, conn.transaction():
            await conn.execute(GUIDELINES_LOCK, f"qa.guidelines.{project}")
            latest = await conn.fetchrow(
                f"SELECT {COLUMNS} FROM guidelines WHERE project = $1 ORDER BY major DESC, minor DESC LIMIT 1",
                project,
            )
            if latest is not None and _is_same(guideline_event(latest), document):
                return guideline_event(latest), False
            document = _with_changes(latest, document)
            major, minor = _number_version(latest, document)
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

    async def recover(self, events: Sequence[GuidelinePublished]) -> None:
        """Store announced versions that the table lacks."""
        await self._pool.executemany(
            """INSERT INTO guidelines (project, major, minor, document, published_at)
               VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING""",
            [
                (
                    event.project,
                    event.guideline.major,
                    event.guideline.minor,
                    event.model_dump(mode="json", include=_DOCUMENT),
                    event.published_at,
                )
                for event in events
            ],
        )

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


def _with_changes(latest: Any, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a document with its whole statement about labels of the version before. Raises Refused."""
    stated = document.get("changes")
    changes = None if stated is None else LabelChanges.model_validate(stated)
    if latest is None:
        refuse_first(changes)
        return {**document, "changes": None}
    old = read_schema(latest["document"]["label_schema"])
    whole = state_changes(old, read_schema(document["label_schema"]), changes)
    return {**document, "changes": whole.model_dump(mode="json")}


def _number_version(latest: Any, document: Mapping[str, Any]) -> tuple[int, int]:
    if latest is None:
        return next_version(None, [], [])
    changes = LabelChanges.model_validate(document["changes"])
    return next_version(
        (latest["major"], latest["minor"]),
        _document_terms(latest["document"]),
        _document_terms(document),
        ask_again=domain_changes(changes).ask_again(),
    )


def _document_terms(document: Mapping[str, Any]) -> list[str]:
    return answer_terms(read_schema(document["label_schema"]))


def _is_same(latest: GuidelinePublished, document: Mapping[str, Any]) -> bool:
    """Return whether a document says what a guideline says; fields with defaults may be absent."""
    stated = document.get("changes")
    if not same_statement(None if stated is None else LabelChanges.model_validate(stated), latest.changes):
        return False
    fields = latest.model_dump(mode="json") | fill_prelabels(dict(document))
    return GuidelinePublished.model_validate({**fields, "changes": latest.changes}) == latest


def guideline_event(row: Any) -> GuidelinePublished:
    """Return the guideline of a row with COLUMNS."""
    document = row["document"]
    return GuidelinePublished(
        project=row["project"],
        guideline=GuidelineRef(major=row["major"], minor=row["minor"]),
        title=document["title"],
        text=document["text"],
        label_schema=document["label_schema"],
        **{
            name: document[name] for name in ("prelabels", "prelabels_allowed", "changes") if name in document
        },
        published_at=row["published_at"],
    )
