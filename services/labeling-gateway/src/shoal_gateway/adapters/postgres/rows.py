"""Translation between rows and domain objects; jsonb columns hold dictionaries."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from shoal_gateway.domain.annotations import Annotation
from shoal_gateway.domain.jobs import Job, Task
from shoal_gateway.domain.label_schema import CLASS
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.domain.tasks import Datum, Guess, Lane, TaskOrder, TaskState
from shoal_gateway.domain.votes import Demand

Row = Mapping[str, Any]

TASK = """external_id, job_id, project, provider, lane, attempt, votes, answers, skips, repeats, state"""

# The columns that are fields by the same name.
_DATUM = ("text", "uri", "sha256", "media_type")
_GUESS = ("label", "score", "model", "version")
_ANNOTATION = (
    "external_id",
    "annotation_id",
    "revision",
    "action",
    "annotator",
    "label",
    "reason",
    "submitted_at",
    "duration_s",
    "price",
    "code",
    "kind",
)
_CONFIG = (
    "project",
    "name",
    "kind",
    "base_url",
    "api_key",
    "webhook_secret",
    "former_webhook_secret",
    "former_secret_until",
    "price_per_vote",
    "is_default",
)


def datum_columns(datum: Datum | None) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Return the values of `content` and `content_more`. The first one is what earlier releases read."""
    if datum is None:
        return None, None
    plain = {name: getattr(datum, name) for name in _DATUM}
    return plain, dict(datum.more) or None


def guess_columns(guess: Guess | None) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """Return the values of `prediction`, which earlier releases read, and `prediction_more`."""
    if guess is None:
        return None, None
    plain = {name: getattr(guess, name) for name in _GUESS}
    if guess.label is None:
        return None, {**plain, "more": dict(guess.more)}
    return plain, {**plain, "more": dict(guess.more)} if guess.more else None


def read_datum(value: dict[str, Any] | None, more: dict[str, Any] | None = None) -> Datum | None:
    """Return the content, or None if it was erased."""
    return None if value is None else Datum(**value, more=more or {})


def read_guess(value: dict[str, Any] | None, more: dict[str, Any] | None = None) -> Guess | None:
    """Return the prediction, or None."""
    columns = more or value
    return Guess(**columns) if columns else None


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
        datum=read_datum(row["content"], row["content_more"]),
        guess=read_guess(row["prediction"], row["prediction_more"]),
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
        guess=read_guess(row["guess"], row["guess_more"]),
        votes=row["votes"],
        priority=row["priority"],
        excluded=tuple(row["excluded"]) if "excluded" in row else (),
    )


def read_annotation(row: Row) -> Annotation:
    """Return the annotation revision of a row."""
    return Annotation(**{name: row[name] for name in _ANNOTATION})


def annotation_json(item: Annotation) -> dict[str, Any]:
    """Return an annotation for a jsonb column."""
    value = {**asdict(item), "submitted_at": item.submitted_at.isoformat()}
    del value["original"]
    if item.kind == CLASS:
        del value["kind"]  # earlier releases read every field of a class's annotation, and no other
    return value


def annotation_from_json(value: dict[str, Any]) -> Annotation:
    """Return the annotation that annotation_json made."""
    return Annotation(**{**value, "submitted_at": datetime.fromisoformat(value["submitted_at"])})


def read_config(row: Row) -> ProviderConfig:
    """Return the provider configuration of a row."""
    return ProviderConfig(**{name: row[name] for name in _CONFIG})
