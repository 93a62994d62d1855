"""Translation between rows and domain objects; jsonb columns hold dictionaries."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.domain.jobs import Job, Task
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.domain.tasks import Datum, Guess, Lane, TaskOrder, TaskState
from shoal_gateway.domain.votes import Demand

Row = Mapping[str, Any]

TASK = """external_id, job_id, project, provider, lane, attempt, votes, answers, skips, repeats, state"""


def to_json(value: Datum | Guess | None) -> dict[str, Any] | None:
    """Return the value for a jsonb column."""
    return None if value is None else asdict(value)


def read_datum(value: dict[str, Any] | None) -> Datum | None:
    """Return the content, or None if it was erased."""
    return None if value is None else Datum(**value)


def read_guess(value: dict[str, Any] | None) -> Guess | None:
    """Return the prediction, or None."""
    return None if value is None else Guess(**value)


def read_job(row: Row) -> Job:
    """Return the job of a row."""
    return Job(
        job_id=row["job_id"],
        project=row["project"],
        sample_id=row["sample_id"],
        purpose=row["purpose"],
        guideline_major=row["guideline_major"],
        guideline_minor=row["guideline_minor"],
        provider=row["provider"],
        datum=read_datum(row["content"]),
        guess=read_guess(row["prediction"]),
        priority=row["priority"],
        demand=Demand(row["votes"], row["max_votes"], row["last_round"], row["closed"]),
        campaign=row["campaign"],
        erased=row["erased"],
    )


def read_task(row: Row) -> Task:
    """Return the task of a row."""
    values = {name: row[name] for name in TASK.split(", ")}
    return Task(**{**values, "lane": Lane(row["lane"]), "state": TaskState(row["state"])})


def read_order(row: Row, content: Datum) -> TaskOrder:
    """Return the order of a row, with its content."""
    return TaskOrder(
        external_id=row["external_id"],
        project=row["project"],
        job_id=row["job_id"],
        sample_id=row["sample_id"],
        lane=Lane(row["lane"]),
        guideline_major=row["guideline_major"],
        datum=content,
        guess=read_guess(row["guess"]),
        votes=row["votes"],
        priority=row["priority"],
        excluded=tuple(row["excluded"]) if "excluded" in row else (),
    )


def read_annotation(row: Row) -> Annotation:
    """Return the annotation revision of a row."""
    return Annotation(
        external_id=row["external_id"],
        annotation_id=row["annotation_id"],
        revision=row["revision"],
        action=row["action"],
        annotator=row["annotator"],
        label=row["label"],
        reason=row["reason"],
        submitted_at=row["submitted_at"],
        duration_s=row["duration_s"],
        price=row["price"],
        code=row["code"],
    )


def annotation_json(item: Annotation) -> dict[str, Any]:
    """Return an annotation for a jsonb column."""
    return {**asdict(item), "submitted_at": item.submitted_at.isoformat()}


def annotation_from_json(value: dict[str, Any]) -> Annotation:
    """Return the annotation that annotation_json made."""
    return Annotation(**{**value, "submitted_at": datetime.fromisoformat(value["submitted_at"])})


def read_config(row: Row) -> ProviderConfig:
    """Return the provider configuration of a row."""
    return ProviderConfig(
        project=row["project"],
        name=row["name"],
        kind=row["kind"],
        base_url=row["base_url"],
        api_key=row["api_key"],
        webhook_secret=row["webhook_secret"],
        price_per_vote=row["price_per_vote"],
        is_default=row["is_default"],
    )
