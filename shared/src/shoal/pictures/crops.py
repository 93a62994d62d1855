"""Parts of images, in shares of the sides of the image as people see it."""

import math
import re

_FRAGMENT = re.compile(r"#xywh=percent:([0-9.]+),([0-9.]+),([0-9.]+),([0-9.]+)\Z")
Corners = tuple[float, float, float, float]
"""Left, top, right and bottom, from 0 to 1."""


def crop_pixels(crop: Corners, width: int, height: int) -> tuple[int, int, int, int]:
    """Return the pixels that a part covers, at least one: left, top, and right and bottom exclusively."""
    left, top = min(math.floor(crop[0] * width), width - 1), min(math.floor(crop[1] * height), height - 1)
    right, bottom = min(math.ceil(crop[2] * width), width), min(math.ceil(crop[3] * height), height)
    return left, top, max(left + 1, right), max(top + 1, bottom)


def crop_uri(uri: str, crop: Corners) -> str:
    """Return the URI of a part of an image, a W3C media fragment such as `#xywh=percent:10,20,30,40`."""
    left, top, right, bottom = crop
    shares = ",".join(f"{round(100 * share, 4):g}" for share in (left, top, right - left, bottom - top))
    return f"{uri}#xywh=percent:{shares}"


def split_crop_uri(uri: str) -> tuple[str, Corners | None]:
    """Return the URI of the whole image, and the part that a media fragment names; None for all of it."""
    match = _FRAGMENT.search(uri)
    if match is None:
        return uri, None
    left, top, width, height = (float(share) / 100 for share in match.groups())
    return uri[: match.start()], (left, top, min(1.0, left + width), min(1.0, top + height))
