"""Check boxes and polygons on images."""

from shoal.answers.canonical import DIGITS
from shoal.answers.choices import attributes_problem, classes_by_name, label_problem, too_many
from shoal.answers.problems import Problem
from shoal.contracts.answers import Box, BoxesAnswer, PolygonsAnswer
from shoal.contracts.label_schemas import BoxesSchema, PolygonsSchema
from shoal.contracts.samples import Content
from shoal.outlines import encloses_area


def boxes_problem(schema: BoxesSchema, answer: BoxesAnswer, content: Content) -> Problem | None:
    """Return why boxes do not fit; None if they do."""
    if problem := image_problem(content) or _size_problem(answer, content):
        return problem
    if schema.most is not None and len(answer.boxes) > schema.most:
        return too_many("answer.boxes", len(answer.boxes), schema.most)
    classes = classes_by_name(schema.classes)
    for index, box in enumerate(answer.boxes):
        field = f"answer.boxes[{index}]"
        problem = label_problem(classes, box.label, f"{field}.label")
        problem = problem or attributes_problem(classes, box.label, box.attributes, field)
        if problem := problem or _corner_problem(box, field):
            return problem
    return None


def polygons_problem(schema: PolygonsSchema, answer: PolygonsAnswer, content: Content) -> Problem | None:
    """Return why polygons do not fit; None if they do."""
    if problem := image_problem(content) or _size_problem(answer, content):
        return problem
    if schema.most is not None and len(answer.polygons) > schema.most:
        return too_many("answer.polygons", len(answer.polygons), schema.most)
    classes = classes_by_name(schema.classes)
    for index, polygon in enumerate(answer.polygons):
        field = f"answer.polygons[{index}]"
        problem = label_problem(classes, polygon.label, f"{field}.label")
        problem = problem or attributes_problem(classes, polygon.label, polygon.attributes, field)
        if problem := problem or _outline_problem(polygon.points, f"{field}.points"):
            return problem
    return None


def image_problem(content: Content) -> Problem | None:
    """Return why a content has no place for shapes; None if it is an image."""
    if content.kind == "image":
        return None
    detail = f"the sample is no image, but of kind {content.kind!r}"
    return Problem(field="content", detail=detail, fix="Skip the sample, and send images to this project")


def _size_problem(answer: BoxesAnswer | PolygonsAnswer, content: Content) -> Problem | None:
    """Return why the answer is not about the image as people see it; None if its size is unknown.

    An answer with width and height exchanged is about an image that its EXIF data did not turn.
    """
    if content.width is None or content.height is None:
        return None
    if (answer.width, answer.height) == (content.width, content.height):
        return None
    field = "answer.width" if answer.width != content.width else "answer.height"
    size = f"{content.width} x {content.height}"
    detail = f"the image has {size} pixels as people see it, not {answer.width} x {answer.height}"
    fix = f"Draw on the image as Shoal serves it, and send its size, {size}"
    return Problem(field=field, detail=detail, fix=fix)


def _corner_problem(box: Box, field: str) -> Problem | None:
    if round(box.right, DIGITS) <= round(box.left, DIGITS):
        detail = f"right {box.right:g} is not larger than left {box.left:g}"
        return Problem(field=f"{field}.right", detail=detail, fix="Send left < right, relative to the image")
    if round(box.bottom, DIGITS) <= round(box.top, DIGITS):
        detail = f"bottom {box.bottom:g} is not larger than top {box.top:g}"
        return Problem(field=f"{field}.bottom", detail=detail, fix="Send top < bottom; y grows downwards")
    return None


def _outline_problem(points: tuple[tuple[float, float], ...], field: str) -> Problem | None:
    corners = {(round(x, DIGITS), round(y, DIGITS)): None for x, y in points}
    if len(corners) < 3:
        detail = f"an outline needs 3 different points, not {len(corners)}"
    elif not encloses_area(list(corners)):
        detail = "all points are on one line, so that the outline has no area"
    else:
        return None
    return Problem(field=field, detail=detail, fix="Add points, or leave the polygon out")
