"""What the routes take and give."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AnyHttpUrl, BaseModel, ConfigDict, Field, SecretStr, StringConstraints

from shoal_gateway.domain.guidelines import Class, Guideline
from shoal_gateway.domain.providers import ProviderConfig
from shoal_gateway.domain.tasks import Guess, TaskOrder

# PostgreSQL keeps no NUL in text.
Short = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]
Annotator = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00]+$", strip_whitespace=True)
]
Seconds = Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)]


class Body(BaseModel):
    """A field that is not known is an error: it is usually a misspelt one."""

    model_config = ConfigDict(extra="forbid")


class AnswerIn(Body):
    """One class of the label schema."""

    label: Short


class AnnotationIn(Body):
    """An answer."""

    annotator: Annotator
    answer: AnswerIn
    duration_s: Seconds | None = None


class SkipIn(Body):
    """No answer, and why."""

    annotator: Annotator
    reason: Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")] = ""
    duration_s: Seconds | None = None


class ProviderIn(Body):
    """A provider's configuration; a secret that is left out keeps its value."""

    kind: Literal["generic", "inhouse"] = "generic"
    base_url: AnyHttpUrl | None = None
    api_key: SecretStr | None = None
    webhook_secret: SecretStr | None = None
    price_per_vote: float = Field(default=0.0, ge=0, le=1e6, allow_inf_nan=False)
    default: bool = False


def provider_json(config: ProviderConfig) -> dict[str, Any]:
    """Return a configuration without its secrets."""
    return {
        "project": config.project,
        "name": config.name,
        "kind": config.kind,
        "base_url": config.base_url,
        "has_api_key": config.api_key is not None,
        "has_webhook_secret": config.webhook_secret is not None,
        "price_per_vote": config.price_per_vote,
        "default": config.is_default,
    }


def guideline_json(guideline: Guideline) -> dict[str, Any]:
    """Return a guideline as the page shows it."""
    return {
        "project": guideline.project,
        "guideline": version_json(guideline),
        "title": guideline.title,
        "text": guideline.text,
        "label_schema": {"kind": "single_choice", "classes": [class_json(c) for c in guideline.classes]},
        "prelabels_allowed": guideline.prelabels_allowed,
    }


def version_json(guideline: Guideline) -> dict[str, Any]:
    """Return a version's numbers."""
    return {
        "major": guideline.major,
        "minor": guideline.minor,
        "version": f"{guideline.major}.{guideline.minor}",
    }


def class_json(item: Class) -> dict[str, Any]:
    """Return one class."""
    return {"name": item.name, "definition": item.definition, "examples": list(item.examples)}


def task_json(
    order: TaskOrder, leased_until: datetime, guideline: Guideline, current: Guideline
) -> dict[str, Any]:
    """Return a task for an annotator, who is not told whether it is a check.

    `labels` are there only when the task stands under an earlier guideline than the current one.
    """
    old = guideline.major != current.major
    guess = order.guess if guideline.prelabels_allowed else None
    return {
        "task_id": order.external_id,
        "content": {
            "text": order.datum.text,
            "uri": order.datum.uri,
            "media_type": order.datum.media_type,
        },
        "guideline": version_json(current),
        "labels": [class_json(item) for item in guideline.classes] if old else None,
        "prediction": None if guess is None else _guess_json(guess),
        "leased_until": leased_until.isoformat(),
    }


def _guess_json(guess: Guess) -> dict[str, Any]:
    return {"label": guess.label, "score": guess.score, "model": guess.model, "version": guess.version}
