"""Boxes and polygons as lines of YOLO's label files: the number of the class, and shares of the image."""

from collections.abc import Mapping, Sequence
from typing import Any

_DIGITS = 9
_OTHER_KEYS = frozenset(("channels", "download", "names", "nc", "path", "yaml_file"))  # of data.yaml


def split_key(split: str) -> str:
    """Return the key of a split in data.yaml: trainers look for `val`, not for `validation`."""
    return "val" if split == "validation" else split


def check_splits(splits: Sequence[str]) -> None:
    """Raise ValueError for a split whose key in data.yaml is that of another split or setting."""
    for split in splits:
        if split in _OTHER_KEYS:
            raise ValueError(f"the split {split!r} has the name of a setting in data.yaml")
    if {"val", "validation"} <= set(splits):
        raise ValueError("the splits 'val' and 'validation' have one name in data.yaml: 'val'")


def yolo_lines(row: Mapping[str, Any], classes: Mapping[str, int]) -> list[str]:
    """Return a line of each object: `class x y width height` of a box, `class x1 y1 x2 y2 ...` of a polygon.

    x and y of a box are those of its centre.
    """
    answer = row["answer"]
    numbers = _box_numbers if answer["kind"] == "boxes" else _polygon_numbers
    return [
        " ".join([str(classes[item["label"]]), *map(_decimal_text, numbers(item))])
        for item in answer[answer["kind"]]
    ]


def _box_numbers(box: Mapping[str, Any]) -> list[float]:
    width, height = box["right"] - box["left"], box["bottom"] - box["top"]
    return [box["left"] + width / 2, box["top"] + height / 2, width, height]


def _polygon_numbers(polygon: Mapping[str, Any]) -> list[float]:
    return [value for point in polygon["points"] for value in point]


def _decimal_text(value: float) -> str:
    """Return a number without an exponent, which YOLO's readers do not all take."""
    return f"{value:.{_DIGITS}f}".rstrip("0").rstrip(".") or "0"
