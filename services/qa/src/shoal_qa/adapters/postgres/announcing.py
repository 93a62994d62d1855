"""Announce guidelines, accepted labels and dataset versions again, from the database."""

from collections.abc import Mapping
from typing import Any

from pydantic import TypeAdapter

from shoal.contracts.answers import Answer
from shoal.contracts.topics import DATASETS_PUBLISHED, GUIDELINES_PUBLISHED, LABELS_ACCEPTED
from shoal.persistence import Outbox
from shoal.persistence.announcing import PAGE, Announced
from shoal_qa.adapters.postgres.guidelines import COLUMNS, GUIDELINES_LOCK, guideline_event
from shoal_qa.adapters.postgres.transactions.jobs import JOB_COLUMNS, job_of
from shoal_qa.usecases.announce import guideline_message, label_message
from shoal_qa.usecases.datasets.freezing import dataset_event, dataset_message
from shoal_qa.usecases.ports import LabelRow

_ANSWER: TypeAdapter[Any] = TypeAdapter(Answer)
_LATEST = f"""
SELECT {COLUMNS} FROM guidelines WHERE project = $1 ORDER BY major DESC, minor DESC LIMIT 1
"""
_LABELLED = """
SELECT DISTINCT job_id FROM labels WHERE job_id > $1 ORDER BY job_id LIMIT $2
"""
_JOBS = f"""
SELECT {JOB_COLUMNS} FROM jobs WHERE job_id = ANY($1::text[]) ORDER BY job_id FOR UPDATE
"""
_LABELS = """
SELECT DISTINCT ON (job_id) project, job_id, sample_id, revision, state, label, probability, evidence, reason,
       answer, accepted_at
FROM labels WHERE job_id = ANY($1::text[]) ORDER BY job_id, revision DESC
"""


async def announce_guidelines(pool: Any) -> int:
    """Announce the latest guideline of every project."""
    rows = await pool.fetch("SELECT DISTINCT project FROM guidelines ORDER BY project")
    for row in rows:
        async with pool.acquire() as conn, conn.transaction():
            await conn.execute(GUIDELINES_LOCK, f"qa.guidelines.{row['project']}")
            event = guideline_event(await conn.fetchrow(_LATEST, row["project"]))
            await Outbox().add(conn, [guideline_message(event)])
    return len(rows)


async def announce_labels(pool: Any) -> int:
    """Announce the latest revision of every label. Jobs are locked, so no revision comes in between."""
    last, count = "", 0
    while rows := await pool.fetch(_LABELLED, last, PAGE):
        job_ids = [row["job_id"] for row in rows]
        async with pool.acquire() as conn, conn.transaction():
            jobs = {job.job_id: job for job in map(job_of, await conn.fetch(_JOBS, job_ids))}
            labels = [dict(row) for row in await conn.fetch(_LABELS, job_ids)]
            messages = [
                label_message(jobs[label["job_id"]], _label_row(label), accepted_at)
                for label in labels
                if (accepted_at := label.pop("accepted_at")) and label["job_id"] in jobs
            ]
            await Outbox().add(conn, messages)
        last, count = job_ids[-1], count + len(messages)
    return count


def _label_row(row: Mapping[str, Any]) -> LabelRow:
    """Return the label of a row; those of earlier releases have no answer, and are classes."""
    document, label = row["answer"], row["label"]
    if document is None and label is not None:
        document = {"kind": "class", "label": label}
    return LabelRow(**{**row, "answer": None if document is None else _ANSWER.validate_python(document)})


async def announce_datasets(pool: Any) -> int:
    """Announce every dataset version, in the order of their numbers."""
    rows = await pool.fetch("SELECT manifest, published_at FROM datasets ORDER BY project, dataset, number")
    messages = [dataset_message(dataset_event(row["manifest"], row["published_at"])) for row in rows]
    for start in range(0, len(messages), PAGE):
        async with pool.acquire() as conn, conn.transaction():
            await Outbox().add(conn, messages[start : start + PAGE])
    return len(rows)


ANNOUNCED = Announced(
    "qa",
    {
        GUIDELINES_PUBLISHED.name: announce_guidelines,
        LABELS_ACCEPTED.name: announce_labels,
        DATASETS_PUBLISHED.name: announce_datasets,
    },
)
