"""Annotators in PostgreSQL: their states and the evidence for these."""

from collections.abc import Mapping
from typing import Any, cast

from shoal_qa.domain.annotators.trust import AnnotatorState, Evidence, Signal, Standing
from shoal_qa.usecases.ports import Major

_GOLD_ELSEWHERE = """
SELECT a.provider || '/' || a.annotator AS name, count(*) FILTER (WHERE a.label = g.label) AS right,
       count(*) AS answered
FROM (SELECT DISTINCT ON (provider, annotation_id) provider, annotator, sample_id, label,
             event -> 'answer' ->> 'kind' AS kind FROM annotations
      WHERE project = $1 AND major <> $2 AND purpose <> 'review'
      ORDER BY provider, annotation_id, revision DESC) a
JOIN gold g ON g.project = $1 AND g.sample_id = a.sample_id
WHERE a.label IS NOT NULL AND a.kind = 'class' GROUP BY 1
"""
_GOLD_ANSWERS_ELSEWHERE = """
SELECT a.provider || '/' || a.annotator AS name, a.label, g.label AS gold
FROM (SELECT DISTINCT ON (provider, annotation_id) provider, annotator, sample_id, label, seq,
             event -> 'answer' ->> 'kind' AS kind FROM annotations
      WHERE project = $1 AND major <> $2 AND purpose <> 'review'
      ORDER BY provider, annotation_id, revision DESC) a
JOIN gold g ON g.project = $1 AND g.sample_id = a.sample_id
WHERE a.label IS NOT NULL AND a.kind = $3 ORDER BY a.seq DESC LIMIT $4
"""
_SAVE = """
INSERT INTO annotators
    (project, annotator, state, votes, skill, skill_low, skill_high, gold_right, gold_answered, alarms)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT (project, annotator) DO UPDATE SET state = $3, votes = $4, skill = $5, skill_low = $6, skill_high = $7,
    gold_right = $8, gold_answered = $9, alarms = $10
"""


class PostgresAnnotators:
    """Annotators by project and name."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool

    async def gold_elsewhere(self, key: Major) -> dict[str, tuple[int, int]]:
        """Return (right, answered) of each annotator on gold under the project's other majors."""
        rows = await self._pool.fetch(_GOLD_ELSEWHERE, *key)
        return {row["name"]: (row["right"], row["answered"]) for row in rows}

    async def gold_answers_elsewhere(self, key: Major, kind: str, most: int) -> list[tuple[str, str, str]]:
        """Return (annotator, answer, right answer) on gold under other majors, the newest answers first."""
        rows = await self._pool.fetch(_GOLD_ANSWERS_ELSEWHERE, *key, kind, most)
        return [(row["name"], row["label"], row["gold"]) for row in rows]

    async def standings(self, project: str) -> dict[str, Standing]:
        """Return the states and alarms of a project's annotators by name."""
        rows = await self._pool.fetch(
            "SELECT annotator, state, alarms FROM annotators WHERE project = $1", project
        )
        return {row["annotator"]: _standing_of(row) for row in rows}

    async def save(self, project: str, states: Mapping[str, tuple[AnnotatorState, Evidence]]) -> None:
        """Replace the states of annotators and the evidence for these."""
        rows = [
            (project, name, state, *_evidence_values(evidence))
            for name, (state, evidence) in sorted(states.items())
        ]
        await self._pool.executemany(_SAVE, rows)


def _evidence_values(evidence: Evidence) -> tuple[Any, ...]:
    return (
        evidence.votes,
        evidence.skill,
        evidence.low,
        evidence.high,
        evidence.gold_right,
        evidence.gold_answered,
        sorted(evidence.alarms),
    )


def _standing_of(row: Any) -> Standing:
    alarms = frozenset(cast(Signal, alarm) for alarm in row["alarms"])
    return Standing(cast(AnnotatorState, row["state"]), alarms)
