"""The labels of a running project that are probably wrong, by the votes on their jobs."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shoal.contracts.label_schemas import LabelSchema
from shoal_qa.usecases.answers.kinds import answer_of
from shoal_qa.usecases.evaluation.outcomes import by_job, votes_of
from shoal_qa.usecases.label_errors.by_votes import JudgedLabel, errors_by_votes
from shoal_qa.usecases.label_errors.doubts import Doubt, ranked_doubts
from shoal_qa.usecases.ports import Database, LabelList, StoredAnnotation

PART = 1000  # labels in a query
MOST_LABELS = 20_000  # the newest ones; a fit of so many takes up to a minute


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtfulLabel:
    """A label with a part that may be wrong. doubt: its task is the label's number among those judged."""

    job_id: str
    sample_id: str
    major: int
    doubt: Doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundErrors:
    """The most probable errors first. judged: labels with votes that were looked at."""

    judged: int
    errors: Sequence[DoubtfulLabel]


class FindLabelErrors:
    """Finds label errors, one project at a time; each guideline major has a fit of its own.

    Labels that votes settled are judged by the same votes, part by part: most of their objects are sure, a
    few are not. Labels that an expert decided are answers of their own beside the votes. Blocked annotators
    do not count.
    """

    def __init__(self, labels: LabelList, database: Database, most_labels: int = MOST_LABELS) -> None:
        self._labels = labels
        self._database = database
        self._most_labels = most_labels
        self._turn = asyncio.Lock()

    async def __call__(self, project: str, limit: int) -> FoundErrors:
        """Return the `limit` most probable errors of the project's labels. Nothing is stored."""
        async with self._turn:
            rows = await self._current_labels(project)
            errors: list[DoubtfulLabel] = []
            judged = 0
            for major, labels in sorted(_by_major(rows).items()):
                of_major = await self._judge_major(project, major, labels)
                errors += of_major.errors
                judged += of_major.judged
        errors.sort(key=lambda error: -error.doubt.wrong)
        return FoundErrors(judged=judged, errors=errors[:limit])

    async def _current_labels(self, project: str) -> list[dict[str, Any]]:
        """Return the newest labels that are not withdrawn."""
        rows: list[dict[str, Any]] = []
        after = 0
        while part := await self._labels.labels(project, after, PART):
            rows += [row for row in part if row["label"] is not None]
            rows, after = rows[-self._most_labels :], part[-1]["seq"]
        return rows

    async def _judge_major(self, project: str, major: int, rows: Sequence[Mapping[str, Any]]) -> FoundErrors:
        async with self._database.transaction() as tx:
            schema = await tx.projects.schema((project, major))
            blocked = await tx.projects.blocked(project)
            annotations = await tx.annotations.of_jobs([row["job_id"] for row in rows])
        if schema is None:
            return FoundErrors(judged=0, errors=[])
        return await asyncio.to_thread(_judge_labels, schema, rows, annotations, blocked)


def _by_major(rows: Sequence[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    grouped: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        grouped[row["major"]].append(row)
    return grouped


def _judge_labels(
    schema: LabelSchema,
    rows: Sequence[Mapping[str, Any]],
    annotations: Sequence[StoredAnnotation],
    blocked: set[str],
) -> FoundErrors:
    votes = {
        job_id: [vote for vote in votes_of(job_id, revisions) if vote.annotator not in blocked]
        for job_id, revisions in by_job(annotations).items()
    }
    names = sorted({vote.annotator for of_job in votes.values() for vote in of_job})
    number = {name: index for index, name in enumerate(names)}
    labels = []
    for row in rows:
        answers = [
            (number[vote.annotator], answer_of(schema, vote.label)) for vote in votes.get(row["job_id"], ())
        ]
        label = answer_of(schema, row["label"])
        assert label is not None
        labels.append(
            JudgedLabel(
                label=label,
                annotator=[who for who, answer in answers if answer is not None],
                votes=[answer for _, answer in answers if answer is not None],
                derived=not row["evidence"].get("reviewed_by"),
            )
        )
    doubts = ranked_doubts(errors_by_votes(schema, labels, annotators=len(names)))
    return FoundErrors(
        judged=sum(bool(label.votes) for label in labels),
        errors=[_doubtful_label(rows[doubt.task], doubt) for doubt in doubts],
    )


def _doubtful_label(row: Mapping[str, Any], doubt: Doubt) -> DoubtfulLabel:
    return DoubtfulLabel(job_id=row["job_id"], sample_id=row["sample_id"], major=row["major"], doubt=doubt)
