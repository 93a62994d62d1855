"""Small exports in the exact shape of each tool, and their votes."""

import json
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from shoal.files.exports import VoteFields, open_votes

Vote = tuple[str, str, str]
_ids = count(7)


def votes_in(file: Path, **fields: Any) -> list[Vote]:
    """Return (task, annotator, label) of every vote."""
    source = open_votes(file, "votes", VoteFields(**fields))
    table = source.file.read((source.task, source.annotator, source.label))
    columns = (table.texts(name) for name in (source.task, source.annotator, source.label))
    return list(zip(*columns, strict=True))


def facts_of(file: Path, **fields: Any) -> str:
    """Return the summary line's text."""
    source = open_votes(file, "votes", VoteFields(**fields))
    return "; ".join(source.file.read((source.task, source.label)).facts())


def write_json(file: Path, content: Any) -> Path:
    file.write_text(json.dumps(content))
    return file


def write_lines(file: Path, records: Sequence[Mapping[str, Any]]) -> Path:
    file.write_text("".join(json.dumps(record) + "\n" for record in records))
    return file


def choice(*names: str, control: str = "topic") -> dict[str, Any]:
    value = {"choices": list(names)}
    return {"id": "aB3", "type": "choices", "value": value, "from_name": control, "to_name": "text"}


def rectangle(left: float = 10.0, **more: Any) -> dict[str, Any]:
    """Return a result of Label Studio with a box, in percent of the image."""
    value = {"x": left, "y": 20, "width": 30, "height": 40, "rotation": 0, "rectanglelabels": ["Car"], **more}
    return {"type": "rectanglelabels", "value": value, "from_name": "box", "to_name": "image"}


def annotation(person: Any, *results: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Return an annotation as Label Studio exports it."""
    return {
        "id": next(_ids),
        "completed_by": person,
        "result": list(results),
        "was_cancelled": False,
        "ground_truth": False,
        "created_at": "2026-03-01T10:00:00.123456Z",
        "lead_time": 4.2,
        **more,
    }


def task(number: int, *annotations: Mapping[str, Any], **data: Any) -> dict[str, Any]:
    """Return a task as Label Studio exports it."""
    return {
        "id": number,
        "annotations": list(annotations),
        "drafts": [],
        "predictions": [],
        "data": {"text": f"text {number}", **data},
        "meta": {},
        "inner_id": number,
        "project": 3,
    }


def person(number: int, email: str) -> dict[str, Any]:
    return {"id": number, "email": email, "first_name": "", "last_name": ""}


ANN, BOB = person(1, "ann@x.org"), person(2, "bob@x.org")
