"""Boxes and polygons as COCO annotations, in pixels of the image as it was shown (Lin et al., 2014)."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from shoal_qa.domain.exports.names import image_name
from shoal_qa.domain.shapes.polygons import polygon_area

Row = Mapping[str, Any]


def coco_image(row: Row, number: int) -> dict[str, Any]:
    """Return the image of a row. number: its id."""
    image = {
        "id": number,
        "file_name": image_name(row),
        "width": row["answer"]["width"],
        "height": row["answer"]["height"],
        "sample_id": row["sample_id"],
    }
    return image | ({"coco_url": row["uri"]} if row.get("uri") else {})


def coco_annotations(
    row: Row, image: int, *, first: int, categories: Mapping[str, int]
) -> list[dict[str, Any]]:
    """Return the objects of a row. image: its id. first: id of the first object."""
    answer = row["answer"]
    size = (answer["width"], answer["height"])
    shape = _box_shape if answer["kind"] == "boxes" else _polygon_shape
    return [
        {
            "id": first + index,
            "image_id": image,
            "category_id": categories[item["label"]],
            "iscrowd": 0,
            **shape(item, size),
            "attributes": dict.fromkeys(item.get("attributes", ()), True),
        }
        for index, item in enumerate(answer[answer["kind"]])
    ]


def coco_categories(categories: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return the categories of a file."""
    return [{"id": number, "name": name, "supercategory": ""} for name, number in categories.items()]


def _box_shape(box: Mapping[str, Any], size: tuple[int, int]) -> dict[str, Any]:
    left, top = box["left"] * size[0], box["top"] * size[1]
    width, height = (box["right"] - box["left"]) * size[0], (box["bottom"] - box["top"]) * size[1]
    return {"bbox": [left, top, width, height], "area": width * height, "segmentation": []}


def _polygon_shape(polygon: Mapping[str, Any], size: tuple[int, int]) -> dict[str, Any]:
    points = [(x * size[0], y * size[1]) for x, y in polygon["points"]]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    box = [min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)]
    outline = [value for point in points for value in point]
    return {"bbox": box, "area": polygon_area(np.array(points)), "segmentation": [outline]}
