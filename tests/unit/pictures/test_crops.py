"""Parts of images: their URIs, and what is written of them for trainers."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from shoal.pictures.crops import crop_uri, split_crop_uri
from shoal.pictures.showing import cropped_png
from unit.pictures.test_showing import RED, corner, is_near, saved

SIDES = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(sorted)


@given(SIDES, SIDES, st.sampled_from(["media:ab", "https://a.example/1.jpg?x=1", "media:ab#page"]))
def test_the_uri_of_a_part_names_image_and_part(across: list[float], down: list[float], uri: str) -> None:
    corners = (across[0], down[0], across[1], down[1])
    whole, crop = split_crop_uri(crop_uri(uri, corners))
    assert whole == uri
    assert crop == pytest.approx(corners, abs=1e-5)
    assert split_crop_uri(uri) == (uri, None)


def test_a_part_is_a_media_fragment_in_percent() -> None:
    assert crop_uri("media:ab", (0.1, 0.2, 0.4, 0.6)) == "media:ab#xywh=percent:10,20,30,40"


def test_a_part_is_written_as_png_whatever_the_image() -> None:
    for kind in ("PNG", "JPEG", "WEBP"):
        part = Image.open(io.BytesIO(cropped_png(saved(corner(), kind), (0.0, 0.0, 0.5, 0.5))))
        assert (part.format, part.size) == ("PNG", (30, 20))
        assert is_near(part.convert("RGB").getpixel((10, 10)), RED)
