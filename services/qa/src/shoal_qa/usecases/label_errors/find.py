"""The labels of a running project that are probably wrong, by the votes on their jobs and its gold."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shoal_qa.usecases.evaluation.evaluate import context_of
from shoal_qa.usecases.evaluation.outcomes import Context
from shoal_qa.usecases.label_errors.doubts import Doubt, ranked_doubts
from shoal_qa.usecases.label_errors.gold_jobs import labels_of_gold
from shoal_qa.usecases.label_errors.job_votes import JobVotes, judged_label, right_answers
from shoal_qa.usecases.label_errors.judged import judge_labels
from shoal_qa.usecases.ports import Database, GoldJob, LabelList, Major, StoredAnnotation

PART = 1000  # labels in a query
MOST_LABELS = 20_000  # the newest ones; a fit of so many takes up to a minute
MOST_GOLD = 2_000  # jobs of samples with gold; ids are hashes, so they are a random sample


@dataclass(frozen=True, slots=True, kw_only=True)
class DoubtfulLabel:
    """A label with a part that may be wrong. doubt: its task is the label's number among those judged."""

    job_id: str
    sample_id: str
    major: int
    doubt: Doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundErrors:
    """The most probable errors first.

    judged: labels with votes that were looked at. checked: gold answers that calibrated the probabilities.
    unseen: parts that all judged labels together lack without an error about it, by the checked ones.
    """

    judged: int
    errors: Sequence[DoubtfulLabel]
    checked: int = 0
    unseen: float = 0.0


class FindLabelErrors:
    """Finds label errors, one project at a time; each guideline major has a fit of its own.

    Labels that votes settled are judged by the same votes, part by part: most of their objects are sure, a
    few are not. Labels that an expert decided are answers of their own beside the votes. Blocked annotators
    do not count. Gold calibrates the probabilities, by the labels of gold samples and by those that gold jobs
    would have.
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
            majors = [
                await self._judge_major((project, major), labels)
                for major, labels in sorted(_by_major(rows).items())
            ]
        errors = sorted(
            (error for of_major in majors for error in of_major.errors), key=lambda error: -error.doubt.wrong
        )
        return FoundErrors(
            judged=sum(of_major.judged for of_major in majors),
            errors=errors[:limit],
            checked=sum(of_major.checked for of_major in majors),
            unseen=sum(of_major.unseen for of_major in majors),
        )

    async def _current_labels(self, project: str) -> list[dict[str, Any]]:
        """Return the newest labels that are not withdrawn."""
        rows: list[dict[str, Any]] = []
        after = 0
        while part := await self._labels.labels(project, after, PART):
            rows += [row for row in part if row["label"] is not None]
            rows, after = rows[-self._most_labels :], part[-1]["seq"]
        return rows

    async def _judge_major(self, key: Major, rows: Sequence[Mapping[str, Any]]) -> FoundErrors:
        async with self._database.transaction() as tx:
            context = await context_of(tx, key)
            gold = await tx.gold.jobs_of_major(key, MOST_GOLD)
            jobs = {row["job_id"] for row in rows} | {job.job_id for job in gold if job.is_gold}
            annotations = await tx.annotations.of_jobs(sorted(jobs))
        if context is None:
            return FoundErrors(judged=0, errors=[])
        return await asyncio.to_thread(_judge_rows, context, rows, annotations, gold)


def _by_major(rows: Sequence[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    grouped: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        grouped[row["major"]].append(row)
    return grouped


def _judge_rows(
    context: Context,
    rows: Sequence[Mapping[str, Any]],
    annotations: Sequence[StoredAnnotation],
    gold: Sequence[GoldJob],
) -> FoundErrors:
    votes = JobVotes(context, annotations)
    labels = [judged_label(row, votes) for row in rows]
    right = right_answers(context.schema, gold)
    checked = {task: right[row["job_id"]] for task, row in enumerate(rows) if row["job_id"] in right}
    labelled = {row["sample_id"] for row in rows}
    others = [
        job.job_id for job in gold if job.is_gold and job.job_id in right and job.sample_id not in labelled
    ]
    for job_id, label in labels_of_gold(others, labels, votes).items():
        checked[len(labels)] = right[job_id]
        labels.append(label)
    checked_doubts = judge_labels(context.schema, labels, checked, annotators=len(votes.names))
    doubts = ranked_doubts([doubt for doubt in checked_doubts.doubts if doubt.task < len(rows)])
    judged = sum(bool(label.votes) for label in labels[: len(rows)])
    return FoundErrors(
        judged=judged,
        errors=[_doubtful_label(rows[doubt.task], doubt) for doubt in doubts],
        checked=sum(bool(labels[task].votes) for task in checked),
        unseen=checked_doubts.unseen * judged,
    )


def _doubtful_label(row: Mapping[str, Any], doubt: Doubt) -> DoubtfulLabel:
    return DoubtfulLabel(job_id=row["job_id"], sample_id=row["sample_id"], major=row["major"], doubt=doubt)
