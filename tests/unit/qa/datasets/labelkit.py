"""Guidelines, and accepted labels as the log holds them."""

from datetime import UTC, datetime
from typing import Any

from shoal.contracts.labels import GuidelineRef
from shoal.contracts.quality import GuidelinePublished

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def guideline(
    major: int, schema: dict[str, Any], changes: dict[str, Any] | None = None
) -> GuidelinePublished:
    return GuidelinePublished.model_validate(
        {
            "project": "news",
            "guideline": GuidelineRef(major=major, minor=0),
            "label_schema": schema,
            "changes": changes,
            "published_at": NOON,
        }
    )


def classes(*names: str, kind: str = "single_choice", **limits: Any) -> dict[str, Any]:
    return {"kind": kind, "classes": [{"name": name} for name in names], **limits}


def stored(sample: str, major: int, answer: dict[str, Any], content: dict[str, Any] | None = None) -> Any:
    label = answer["label"] if answer["kind"] == "class" else "{}"
    return {
        "sample_id": sample,
        "job_id": f"{sample}-{major}",
        "revision": 1,
        "label": label,
        "answer": answer,
        "probability": 0.9,
        "evidence": {"votes": 2, "agreement": 1.0, "method": "auto", "posterior": {label: 0.9}},
        "accepted_at": NOON,
        "major": major,
        "minor": 0,
        "content": content or {"text": "Anna went to Rome"},
        "campaign_id": None,
        "campaign": None,
        "group_key": None,
        "purpose": "label",
        "predicted": None,
        "model": None,
        "source": None,
        "source_id": None,
        "tags": {},
        "occurred_at": None,
        "inclusion": None,
    }


def one_class(name: str) -> dict[str, Any]:
    return {"kind": "class", "label": name}
