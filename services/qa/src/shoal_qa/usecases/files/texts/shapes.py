"""The shapes of answers in files, and the levels of measurement of those that are numbers."""

from shoal.files.errors import BadInput

VALUE_SHAPES = ("number", "rating")
SHAPES = ("class", "multi", *VALUE_SHAPES, "text", "pair", "ranking", "spans", "boxes", "polygons")
MOST_NUMBER = 1e15
LEVELS = ("ordinal", "interval", "ratio")


def check_shape(shape: str) -> None:
    """Raise BadInput for an unknown shape."""
    if shape not in SHAPES:
        raise BadInput(f"{shape!r} is unknown: use one of {', '.join(SHAPES)}", field="shape")


def check_bounds(shape: str, bounds: tuple[float, float] | None) -> None:
    """Raise BadInput unless the shape has a range, and its least number is the first."""
    if bounds is None:
        return
    if shape not in VALUE_SHAPES:
        raise BadInput(f"needs --shape {' or '.join(VALUE_SHAPES)}", field="range")
    low, high = bounds
    if not -MOST_NUMBER <= low < high <= MOST_NUMBER:
        raise BadInput(
            f"{low:g} {high:g}: give the least number, then a greater one, up to 1e15", field="range"
        )
    if shape == "rating" and (low != int(low) or high != int(high)):
        raise BadInput(f"{low:g} {high:g}: ratings are whole numbers", field="range")


def check_level(shape: str, level: str | None) -> None:
    """Raise BadInput for a level that the shape does not have."""
    if level is not None and (shape not in VALUE_SHAPES or level not in LEVELS):
        fix = f"needs --shape {' or '.join(VALUE_SHAPES)}, and one of {', '.join(LEVELS)}"
        raise BadInput(fix, field="level")
