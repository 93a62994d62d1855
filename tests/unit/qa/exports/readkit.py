"""Exports as answers again: a reader for each format that holds whole answers."""

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import yaml

from unit.qa.exports.answerskit import Objects, answer_of
from unit.qa.exports.exportkit import Row, read_lines
from unit.qa.exports.studiokit import read_studio


def read_jsonl(folder: Path, _rows: Sequence[Row]) -> list[Any]:
    return [answer_of(row) for row in read_lines(folder / "train.jsonl")]


def read_parquet(folder: Path, _rows: Sequence[Row]) -> list[Any]:
    return [answer_of(row) for row in pq.read_table(folder / "train.parquet").to_pylist()]


def read_csv(folder: Path, _rows: Sequence[Row]) -> list[Any]:
    rows = csv.DictReader(io.StringIO((folder / "train.csv").read_bytes().decode(), newline=""))
    return [answer_of({**row, "answer": orjson.loads(row.get("answer") or "null")}) for row in rows]


def read_huggingface(folder: Path, rows: Sequence[Row]) -> list[Any]:
    table = pq.read_table(folder / "data" / "train-00000-of-00001.parquet")
    found = table.to_pylist()
    if "answer" in table.column_names:
        return [row["answer"] for row in found]
    names = orjson.loads(table.schema.metadata[b"huggingface"])["info"]["features"]["label"]["names"]
    return [{"kind": "class", "label": names[row["label"]]} for row in found]


def read_croissant(folder: Path, _rows: Sequence[Row]) -> list[Any]:
    rows = pq.read_table(folder / "data.parquet").to_pylist()
    return [answer_of({**row, "answer": orjson.loads(row.get("answer") or "null")}) for row in rows]


def read_coco(folder: Path, rows: Sequence[Row]) -> list[Any]:
    document = orjson.loads((folder / "annotations" / "instances_train.json").read_bytes())
    names = {item["id"]: item["name"] for item in document["categories"]}
    found = []
    for image in document["images"]:
        width, height = image["width"], image["height"]
        objects: Objects = []
        for item in document["annotations"]:
            if item["image_id"] != image["id"]:
                continue
            base = {"label": names[item["category_id"]], "attributes": list(item["attributes"])}
            if item["segmentation"]:
                flat = item["segmentation"][0]
                points = [[x / width, y / height] for x, y in zip(flat[::2], flat[1::2], strict=True)]
                objects.append({**base, "points": points})
            else:
                x, y, w, h = item["bbox"]
                corners = {"left": x / width, "top": y / height}
                corners |= {"right": (x + w) / width, "bottom": (y + h) / height}
                objects.append({**base, **corners})
        kind = answer_of(rows[0])["kind"]
        found.append({"kind": kind, "width": width, "height": height, kind: objects})
    return found


def read_yolo(folder: Path, rows: Sequence[Row]) -> list[Any]:
    names = yaml.safe_load((folder / "data.yaml").read_text("utf-8"))["names"]
    found = []
    for row in rows:
        answer = answer_of(row)
        lines = (folder / "labels" / "train" / f"{row['sample_id']}.txt").read_text().splitlines()
        objects: Objects = []
        for line in lines:
            number, *rest = line.split(" ")
            values = [float(value) for value in rest]
            if answer["kind"] == "polygons":
                points = [list(pair) for pair in zip(values[::2], values[1::2], strict=True)]
                objects.append({"label": names[int(number)], "points": points})
            else:
                x, y, w, h = values
                corners = {"left": x - w / 2, "top": y - h / 2, "right": x + w / 2, "bottom": y + h / 2}
                objects.append({"label": names[int(number)], **corners})
        found.append({**answer, answer["kind"]: objects})
    return found


def read_spacy(folder: Path, rows: Sequence[Row]) -> list[Any]:
    return [
        {
            "kind": "spans",
            "spans": [{**span, "text": line["text"][span["start"] : span["end"]]} for span in line["spans"]],
        }
        for line in read_lines(folder / "train.jsonl")
    ]


READERS: dict[str, Callable[[Path, Sequence[Row]], list[Any]]] = {
    "jsonl": read_jsonl,
    "parquet": read_parquet,
    "csv": read_csv,
    "huggingface": read_huggingface,
    "croissant": read_croissant,
    "coco": read_coco,
    "yolo": read_yolo,
    "spacy": read_spacy,
    "label-studio": read_studio,
}
