"""Frozen versions of any size in a folder, written a row at a time."""

import hashlib
import random
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

Row = dict[str, Any]
CLASSES = ("wheat", "corn", "rice", "sugar", "coffee", "cocoa", "cotton", "oilseed")
SPLITS = ("train",) * 8 + ("validation", "test")
KIND_OF = {"coco": "boxes", "yolo": "boxes", "conll": "spans", "spacy": "spans", "preferences": "pair"}
"""Format -> the kind of label that it is measured with; `single_choice` for the others."""

_WORDS = tuple(
    f"{start}{end}" for start in ("gra", "mar", "exp", "por", "fut") for end in ("in", "ket", "ort", "ts")
)
_PLAIN: Row = {
    "source": "wire",
    "occurred_at": "2026-11-24T09:30:01+00:00",
    "tags": {"desk": "markets", "length": "short"},
    "probability": 0.97,
    "votes": 3,
    "agreement": 1.0,
    "method": "auto",
    "annotation_ids": ["3f1c0a9e5b7d4c21", "9a0b1c2d3e4f5a6b", "77aa88bb99cc00dd"],
    "revision": 1,
    "purpose": "label",
    "guideline": "1.0",
    "campaign": "coffee",
    "campaign_id": "0b7c9d1e2f3a4b5c",
    "inclusion_probability": 0.1,
    "predicted_label": "corn",
    "model": "small-1",
    "group": None,
    "accepted_at": "2026-11-24T12:00:00+00:00",
}


def write_large_version(folder: Path, kind: str, rows: int, *, words: int = 40) -> Path:
    """Write `rows` rows of a kind with a manifest, as freezing does; return the folder. words: of a text."""
    folder.mkdir(parents=True, exist_ok=True)
    digest, size, splits, classes = hashlib.sha256(), 0, Counter[str](), Counter[str]()
    with (folder / "data.jsonl").open("wb") as file:
        for row in make_large_rows(kind, rows, words):
            line = orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE | orjson.OPT_SORT_KEYS)
            digest.update(line)
            size += file.write(line)
            splits[row["split"]] += 1
            classes[row["label"] or CLASSES[0]] += 1
    names = [] if kind == "pair" else list(CLASSES)
    manifest = {
        "project": "news",
        "dataset": "topics",
        "version": "9f86d081884c7d65",
        "number": 1,
        "guideline": {"major": 1, "minor": 0},
        "label_schema": {"kind": kind, "classes": names},
        "rows": rows,
        "splits": dict(splits),
        "classes": {} if kind == "pair" else dict(classes),
        "left_out": [],
        "files": [{"path": "data.jsonl", "sha256": digest.hexdigest(), "bytes": size}],
        "published_at": "2026-11-24T12:00:00+00:00",
    }
    (folder / "manifest.json").write_bytes(orjson.dumps(manifest))
    return folder


def make_large_rows(kind: str, rows: int, words: int = 40) -> Iterator[Row]:
    """Yield rows of about 1 kB: texts, images with three boxes, texts with four spans, or pairs.

    words: of a text.
    """
    draw = random.Random(0)
    for number in range(rows):
        label = CLASSES[draw.randrange(len(CLASSES))]
        text = "" if kind == "boxes" else " ".join(draw.choices(_WORDS, k=words))
        yield {
            "sample_id": f"{number:016x}",
            "source_id": f"item {number}",
            "job_id": f"{number:032x}",
            "split": SPLITS[draw.randrange(len(SPLITS))],
            **_PLAIN,
            "label": label if kind == "single_choice" else None,
            "probabilities": {label: 0.97, "none": 0.03} if kind == "single_choice" else {},
            **_content(kind, number, text),
            **_answer(kind, draw, text),
        }


def _content(kind: str, number: int, text: str) -> Row:
    image = f"{number:064x}" if kind == "boxes" else None
    return {
        "text": text if kind in ("single_choice", "spans") else None,
        "uri": image and f"media:{image}",
        "sha256": image,
        "media_type": image and "image/jpeg",
    }


def _answer(kind: str, draw: random.Random, text: str) -> Row:
    if kind == "boxes":
        return {
            "answer": {"kind": kind, "width": 640, "height": 480, "boxes": [_box(draw) for _ in range(3)]},
            "content": {},
        }
    if kind == "spans":
        return {"answer": {"kind": kind, "spans": list(_spans(draw, text))}, "content": {}}
    if kind == "pair":
        replies = [{"id": name, "text": text[::step], "model": "m"} for name, step in (("a", 1), ("b", 2))]
        return {
            "answer": {"kind": kind, "choice": "b"},
            "content": {"prompt": text[:60], "candidates": replies},
        }
    return {}


def _box(draw: random.Random) -> Row:
    left, top = draw.random() * 0.8, draw.random() * 0.8
    return {
        "label": draw.choice(CLASSES),
        "left": left,
        "top": top,
        "right": left + 0.1,
        "bottom": top + 0.15,
        "attributes": [],
    }


def _spans(draw: random.Random, text: str) -> Iterator[Row]:
    for start in range(0, 160, 40):
        begin = text.index(" ", start) + 1
        end = text.index(" ", begin)
        yield {
            "label": draw.choice(CLASSES),
            "start": begin,
            "end": end,
            "text": text[begin:end],
            "attributes": [],
        }
