"""Label Studio tasks as answers again."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

from unit.qa.exports.answerskit import Objects, answer_of
from unit.qa.exports.exportkit import Row


def read_studio(folder: Path, rows: Sequence[Row]) -> list[Any]:
    tasks = orjson.loads((folder / "tasks.json").read_bytes())
    return [
        studio_answer(task["annotations"][0]["result"], row) for task, row in zip(tasks, rows, strict=True)
    ]


def studio_answer(result: Objects, row: Row) -> dict[str, Any]:
    answer = answer_of(row)
    values = [part["value"] for part in result]
    notes = [part.get("meta", {}).get("text", []) for part in result]
    match answer["kind"]:
        case "class":
            return {"kind": "class", "label": values[0]["choices"][0]}
        case "classes":
            return {"kind": "classes", "labels": values[0]["choices"] if values else []}
        case "boxes":
            boxes = [
                {
                    "label": value["rectanglelabels"][0],
                    "left": value["x"] / 100,
                    "top": value["y"] / 100,
                    "right": (value["x"] + value["width"]) / 100,
                    "bottom": (value["y"] + value["height"]) / 100,
                    "attributes": note,
                }
                for value, note in zip(values, notes, strict=True)
            ]
            return {**answer, "boxes": boxes}
        case "polygons":
            polygons = [
                {
                    "label": value["polygonlabels"][0],
                    "points": [[x / 100, y / 100] for x, y in value["points"]],
                    "attributes": note,
                }
                for value, note in zip(values, notes, strict=True)
            ]
            return {**answer, "polygons": polygons}
        case "spans":
            spans = [
                {"label": value["labels"][0], "attributes": note}
                | {name: value[name] for name in ("start", "end", "text")}
                for value, note in zip(values, notes, strict=True)
            ]
            return {"kind": "spans", "spans": spans}
        case "pair":
            first, second = (item["id"] for item in row["content"]["candidates"])
            return {"kind": "pair", "choice": first if values[0]["selected"] == "left" else second}
        case "ranking":
            return {"kind": "ranking", "order": [[name] for name in values[0]["ranker"]["rank"]]}
        case "number" | "rating":
            return {"kind": answer["kind"], "value": values[0]["number"]}
    return {"kind": "text", "text": values[0]["text"][0]}
