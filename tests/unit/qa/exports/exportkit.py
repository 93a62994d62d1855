"""A frozen dataset version in a folder, and its export."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson

from shoal.contracts.answers import Answer, ClassAnswer
from shoal.contracts.label_schemas import LabelSchema, classes_of
from shoal.contracts.samples import Content
from shoal_qa.adapters.exports.targets import Target
from shoal_qa.adapters.exports.writing import export_version
from shoal_qa.usecases.answers.kinds import OBJECT_KINDS
from shoal_qa.usecases.datasets.rows import row_classes

Row = dict[str, Any]


def make_row(number: int, answer: Answer, content: Content, split: str = "train") -> Row:
    """Return the row of an accepted label."""
    is_class = isinstance(answer, ClassAnswer)
    label = answer.label if isinstance(answer, ClassAnswer) else None
    body = content.model_dump(mode="json", exclude_none=True)
    shown = {name: body[name] for name in ("turns", "prompt", "candidates") if name in body}
    shape = answer.model_dump(mode="json")
    other = {} if is_class else {"answer": shape, **_part_columns(shape)}
    return {
        "sample_id": f"s{number}",
        "source": "wire",
        "source_id": None,
        "occurred_at": None,
        "tags": {"länge": "kurz"},
        "text": content.text,
        "uri": content.uri,
        "sha256": content.sha256,
        "media_type": content.media_type,
        "label": label,
        "probability": 0.97,
        "probabilities": {} if label is None else {label: 0.97},
        "votes": 2,
        "agreement": 1.0,
        "method": "auto",
        "annotation_ids": ["a", "b"],
        "job_id": f"j{number}",
        "revision": 1,
        "purpose": "label",
        "guideline": "1.0",
        "campaign": None,
        "campaign_id": None,
        "inclusion_probability": None,
        "predicted_label": None,
        "model": None,
        "group": None,
        "accepted_at": "2026-11-24T12:00:00+00:00",
        "split": split,
        "content": shown,
        **other,
    }


def _part_columns(answer: Row) -> Row:
    if answer["kind"] in OBJECT_KINDS:
        return {"objects": [0.9] * len(answer[answer["kind"]])}
    return {"interval": [answer["value"] - 0.5, answer["value"] + 0.5]} if answer["kind"] == "number" else {}


def write_version(folder: Path, schema: LabelSchema, rows: Sequence[Row]) -> Path:
    """Write data.jsonl and manifest.json as freezing does; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    data = b"".join(
        orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_SORT_KEYS) for row in rows
    )
    (folder / "data.jsonl").write_bytes(data)
    splits = [row["split"] for row in rows]
    names = [name for row in rows for name in row_classes(row)]
    limits = schema.model_dump(mode="json", exclude={"classes"})
    manifest = {
        "project": "news",
        "dataset": "topics",
        "version": "9f86d081884c7d65",
        "number": 1,
        "guideline": {"major": 1, "minor": 0},
        "label_schema": {**limits, "classes": [item.name for item in classes_of(schema)]},
        "rows": len(rows),
        "splits": {split: splits.count(split) for split in sorted(set(splits))},
        "classes": {name: names.count(name) for name in sorted(set(names))},
        "left_out": [],
        "files": [{"path": "data.jsonl", "sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}],
        "published_at": "2026-11-24T12:00:00+00:00",
    }
    (folder / "manifest.json").write_bytes(orjson.dumps(manifest))
    return folder


def export(
    source: Path | str,
    name: str,
    output: Path | str,
    *,
    media: Path | str | None = None,
    report: Callable[[int, int], None] = lambda _rows, _all: None,
) -> dict[str, Any]:
    """Export a version; return its report."""
    place = None if media is None else str(media)
    return export_version(str(source), name, Target(str(output)), media=place, report=report)


def read_lines(file: Path) -> list[Any]:
    return [orjson.loads(line) for line in file.read_bytes().splitlines()]
